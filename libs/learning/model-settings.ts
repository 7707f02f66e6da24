/**
 * What decides the weights: two models with equal settings that fold the same stream are equal bit for bit.
 * Recorded in every snapshot; `settingsHash` names a variant in model versions and tells when the
 * configuration changed under a stored model.
 */
import { createHash } from 'node:crypto';
import type { DebiasMethod } from './debias.js';
import type { AlsSettings } from './next-item/alternating-least-squares.js';
import type { Voice } from './next-item/signals.js';
import { experimentsOf, type Experiment, type ExperimentConfiguration } from './experiments.js';

export interface ModelSettings {
  /** log2 of the weight slots, 10..26; a feature's slot is its 32-bit hash modulo 2^bits. */
  readonly bits: number;
  /** Sample weight of an implicit negative, (0, 1]. */
  readonly noClickWeight: number;
  /** Seed of the hashed initialisation of the factors. */
  readonly seed: number;
  readonly ftrl: { readonly alpha: number; readonly beta: number; readonly l1: number; readonly l2: number };
  readonly fm: {
    readonly factors: number;
    readonly alpha: number;
    readonly l2: number;
    readonly initScale: number;
    /** Share of the blend's prediction in what the coarse rank's machine learns; absent: 0. */
    readonly distillation?: number;
  };
  readonly olr: { readonly alpha: number };
  /** How long a list that was shown waits for its first click before it is learnt, seconds of event time; 0: not at all. */
  readonly holdSeconds: number;
  readonly statistics: StatisticsSettings;
  readonly debias: DebiasSettings;
  /** The factors of users and items are fitted as a whole, once; absent: never. */
  readonly als?: AlsSettings;
  /** What the next item is found without; absent: nothing. */
  readonly withoutSignals?: readonly Voice[];
  /** Samples of the windowed progressive metrics; observes only, so it is not part of the hash. */
  readonly metricsWindow: number;
}

export interface DebiasSettings {
  /** How learning takes the slot into account; see debias.ts. */
  readonly method: DebiasMethod;
  /** Most that one click weighs for a slot that is seldom looked at. */
  readonly weightMax: number;
  /** What an item's CTR counts: impressions, or the chances that they were looked at. */
  readonly ctr: 'shown' | 'examined';
}

export interface StatisticsSettings {
  /** Counted by arm; absent: none. */
  readonly experiments?: readonly Experiment[];
  /** Strength of the prior of an item's CTR, in impressions. */
  readonly priorImpressions: number;
  /** Items with statistics of their own; beyond it those unused for longest make room. */
  readonly itemsMax: number;
  /** Shown items whose outcome is awaited; beyond it the oldest are forgotten. */
  readonly exposuresMax: number;
  /** Items with neighbours of their own; beyond it those unused for longest make room. */
  readonly covisitationItemsMax: number;
  /** Half-life of co-visitation counts, seconds of event time. */
  readonly covisitationHalfLifeSeconds: number;
  /** Items whose counts by slot are kept for the examination curve. */
  readonly examinedItemsMax: number;
  /** Outcomes after which what the curve was not told again weighs 1/e. */
  readonly examinationMemory: number;
  /** Clusters of users by taste, 0 .. 64; 0: none. */
  readonly clusters: number;
  /** Strength of the prior of a feature's rate, in samples. */
  readonly ratePriorShown: number;
}

export const DEFAULT_STATISTICS: StatisticsSettings = {
  priorImpressions: 20,
  itemsMax: 1_000_000,
  exposuresMax: 262_144,
  covisitationItemsMax: 200_000,
  covisitationHalfLifeSeconds: 14 * 86_400,
  examinedItemsMax: 65_536,
  examinationMemory: 1_000_000,
  clusters: 0,
  ratePriorShown: 8,
};

/** The part of the configuration that the model reads (libs/config's `Settings` has this shape). */
export interface ModelConfiguration {
  readonly model: {
    readonly bits: number;
    readonly noClickWeight: number;
    readonly seed: number;
    readonly clusters: number;
    readonly withoutSignals?: readonly Voice[];
    readonly holdSeconds: number;
  };
  readonly ftrl: ModelSettings['ftrl'];
  readonly fm: ModelSettings['fm'];
  readonly olr: ModelSettings['olr'];
  readonly debias: DebiasSettings;
  readonly learner: { readonly metricsWindow: number };
  readonly experiments?: readonly ExperimentConfiguration[];
}

export function modelSettingsOf(configuration: ModelConfiguration): ModelSettings {
  const { model, ftrl, fm, olr, debias, learner, experiments = [] } = configuration;
  return {
    bits: model.bits,
    noClickWeight: model.noClickWeight,
    seed: model.seed,
    ftrl: { alpha: ftrl.alpha, beta: ftrl.beta, l1: ftrl.l1, l2: ftrl.l2 },
    fm: {
      factors: fm.factors,
      alpha: fm.alpha,
      l2: fm.l2,
      initScale: fm.initScale,
      distillation: fm.distillation,
    },
    olr: { alpha: olr.alpha },
    holdSeconds: model.holdSeconds,
    debias: { method: debias.method, weightMax: debias.weightMax, ctr: debias.ctr },
    statistics: {
      ...DEFAULT_STATISTICS,
      clusters: model.clusters,
      ...(experiments.length > 0 && { experiments: experimentsOf(experiments) }),
    },
    ...(model.withoutSignals?.length && { withoutSignals: model.withoutSignals }),
    metricsWindow: learner.metricsWindow,
  };
}

/** SHA-256 (hex) of everything that decides the weights. */
export function settingsHash(settings: ModelSettings): string {
  const { bits, noClickWeight, seed, ftrl, fm, olr, holdSeconds, statistics, debias, als, withoutSignals } =
    settings;
  const canonical = [
    bits,
    noClickWeight,
    seed,
    ftrl.alpha,
    ftrl.beta,
    ftrl.l1,
    ftrl.l2,
    fm.factors,
    fm.alpha,
    fm.l2,
    fm.initScale,
    olr.alpha,
    holdSeconds,
    statistics.priorImpressions,
    statistics.itemsMax,
    statistics.exposuresMax,
    statistics.covisitationItemsMax,
    statistics.covisitationHalfLifeSeconds,
    statistics.examinedItemsMax,
    statistics.examinationMemory,
    debias.method,
    debias.weightMax,
    debias.ctr,
    statistics.clusters,
    statistics.ratePriorShown,
    // Only when there are some: a deployment without experiments keeps its version.
    ...(statistics.experiments ? [JSON.stringify(statistics.experiments)] : []),
    ...(fm.distillation ? ['distillation', fm.distillation] : []),
    ...(withoutSignals ? ['without', ...withoutSignals] : []),
    ...(als ? ['als', als.at, als.rounds, als.regularisation, als.confidence] : []),
  ];
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex');
}

/** `main-3-a1b2c3`: name, generation (grows with every promotion), first digits of the settings' hash. */
export function modelVersion(name: string, generation: number, settings: ModelSettings): string {
  return `${name}-${generation}-${settingsHash(settings).slice(0, 6)}`;
}
