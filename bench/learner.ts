/**
 * Learner: samples a second, each learner alone and the whole fold (decode, all learners, statistics, validation).
 *
 *     npm run bench -- learner [--samples 300000] [--bits 22] [--json]
 *
 * 20 hashed features a sample, 2^22 slots; zipf: few features make most of the traffic; uniform: every access misses
 * the cache. Beside each figure: what plain TypedArray JavaScript reached in a bare loop on a two-core machine of 2024.
 */
import { parseArgs } from 'node:util';
import { combine32, key53, SeededRandom } from '#kernel';
import { encodeFeedbackBatch, type FeedbackRecord, type FeatureVector } from '#events';
import {
  DEFAULT_STATISTICS,
  FactorisationMachine,
  fillSample,
  FtrlProximal,
  newSample,
  OnlineLogisticRegression,
  OnlineModel,
  sigmoid,
  type ModelSettings,
  type OnlineLearner,
} from '#learning';
import { printReport, type Figure } from './report/bench-report.js';

const FEATURES = 20;
const LIST_LENGTH = 10;
const RECORDS_PER_MESSAGE = 200;
/** Distinct values of each feature. */
const VALUES = 1_000_000;
const ITEMS = 10_000;
/** Samples that are generated once and repeated. */
const DISTINCT_SAMPLES = 100_000;
/** Bare loops in plain JavaScript, samples/s. */
const BARE = { zipf: { ftrl: 810_000, fm: 550_000 }, uniform: { ftrl: 760_000, fm: 400_000 } } as const;

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '300000' },
    bits: { type: 'string', default: '22' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.samples);
const bits = Number(values.bits);
const SETTINGS: ModelSettings = {
  bits,
  noClickWeight: 0.1,
  seed: 1,
  ftrl: { alpha: 0.1, beta: 1, l1: 0.1, l2: 1 },
  fm: { factors: 8, alpha: 0.05, l2: 1e-5, initScale: 0.01 },
  olr: { alpha: 0.05 },
  debias: { method: 'feature', weightMax: 10, ctr: 'shown' },
  holdSeconds: 3_600,
  statistics: DEFAULT_STATISTICS,
  metricsWindow: 10_000,
};

const ITEM_KEYS = Array.from({ length: ITEMS }, (_, item) => key53(`item-${item}`));

type Shape = 'zipf' | 'uniform';
const figures = (['zipf', 'uniform'] as const).flatMap((shape) => measure(shape));
printReport('learner', figures, { features: FEATURES, slots: 2 ** bits, samples: count });

function measure(shape: Shape): Figure[] {
  const samples = newSamples(shape);
  const slots = 2 ** bits;
  const alone = (learner: OnlineLearner) => rateOf(learner, samples);
  return [
    figure(`FTRL, ${shape}`, alone(new FtrlProximal(slots, SETTINGS.ftrl)), BARE[shape].ftrl),
    figure(
      `FM k=8, ${shape}`,
      alone(new FactorisationMachine(slots, SETTINGS.fm, SETTINGS.seed)),
      BARE[shape].fm,
    ),
    figure(`OLR, ${shape}`, alone(new OnlineLogisticRegression(slots, SETTINGS.olr)), undefined),
    figure(`whole fold, ${shape}`, foldRate(samples), undefined),
  ];
}

function figure(name: string, value: number, bare: number | undefined): Figure {
  return {
    name,
    value,
    unit: 'samples/s',
    ...(bare === undefined ? {} : { limit: { name: 'bare loop in plain JavaScript', value: bare } }),
  };
}

/** The second half of a run: the first warms code and tables. */
function rateOf(learner: OnlineLearner, samples: readonly FeatureVector[]): number {
  const sample = newSample();
  const run = (): void => {
    for (let i = 0; i < count; i++) {
      fillSample(sample, samples[i % samples.length]!, 2 ** bits - 1);
      const label = i % 10 === 0 ? 1 : 0;
      learner.update(sample, (label === 1 ? 1 : 0.1) * (sigmoid(learner.weights.logit(sample)) - label));
    }
  };
  run();
  const startedAt = performance.now();
  run();
  return count / ((performance.now() - startedAt) / 1_000);
}

function foldRate(samples: readonly FeatureVector[]): number {
  const messages = newMessages(samples);
  const model = new OnlineModel(SETTINGS);
  const half = Math.floor(messages.length / 2);
  for (let i = 0; i < half; i++) model.fold(i + 1, messages[i]!);
  const before = model.samples;
  const startedAt = performance.now();
  for (let i = half; i < messages.length; i++) model.fold(i + 1, messages[i]!);
  return (model.samples - before) / ((performance.now() - startedAt) / 1_000);
}

function newSamples(shape: Shape): FeatureVector[] {
  const random = new SeededRandom(7);
  // x^6 of a uniform number: about a third of the draws fall on a thousandth of the values.
  const draw = shape === 'zipf' ? () => Math.floor(VALUES * random.next() ** 6) : () => random.below(VALUES);
  return Array.from({ length: Math.min(count, DISTINCT_SAMPLES) }, () => ({
    indices: Uint32Array.from({ length: FEATURES }, (_, field) => combine32(field, draw())),
    values: new Float32Array(FEATURES).fill(1),
    length: FEATURES,
  }));
}

/** Lists of ten, one of them clicked, as FEEDBACK messages: twice `count` outcomes. */
function newMessages(samples: readonly FeatureVector[]): Uint8Array[] {
  const random = new SeededRandom(9);
  const messages: Uint8Array[] = [];
  let records: FeedbackRecord[] = [];
  for (let list = 0; list < (2 * count) / LIST_LENGTH; list++) {
    records.push(...listOf(list, samples, random));
    if (records.length < RECORDS_PER_MESSAGE) continue;
    messages.push(
      encodeFeedbackBatch({ partition: 0, epoch: 1, through: { sequence: list, index: 0 }, records }),
    );
    records = [];
  }
  return messages;
}

function listOf(list: number, samples: readonly FeatureVector[], random: SeededRandom): FeedbackRecord[] {
  const cause = { sequence: list + 1, index: 0 };
  const timestamp = 1_700_000_000_000 + list * 10;
  const items = Array.from({ length: LIST_LENGTH }, () => ITEM_KEYS[Math.floor(ITEMS * random.next() ** 3)]!);
  const outcomes = items.map((itemKey, i): FeedbackRecord => ({
    kind: 'outcome',
    cause,
    timestamp,
    userKey: list,
    itemKey,
    listKey: list + 1,
    segment: 0,
    taste: 0,
    label: i === 0 ? 1 : 0,
    weight: 1,
    position: i + 1,
    propensity: 0,
    features: samples[(list * LIST_LENGTH + i) % samples.length]!,
  }));
  return [
    {
      kind: 'exposure',
      cause,
      timestamp,
      segment: 0,
      taste: 0,
      itemKeys: items,
      positions: items.map((_, i) => i + 1),
    },
    outcomes[0]!,
    {
      kind: 'engagement',
      cause,
      timestamp,
      userKey: list,
      itemKey: items[0]!,
      segment: 0,
      taste: 0,
      audiences: [],
      repeated: false,
      typeHash: 1,
      weight: 1,
      recentKeys: items.slice(1, 6),
      recentAgesSeconds: [60, 120, 180, 240, 300],
    },
    ...outcomes.slice(1),
  ];
}
