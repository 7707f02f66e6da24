/** The settings of a fold, ready for use: times in ms, look-ups instead of lists. */
import type { InterestSettings, Settings } from '#config';
import { usedGroups, type UsedGroups } from '#features';
import type { SegmentRule } from './segments.js';

export type FoldSettings = InterestSettings & {
  readonly futureSkewSeconds: number;
  /** Records tell the user's taste (taste-sketch.ts): what clusters of users are found from. */
  readonly tasteSketch: boolean;
};

export function foldSettingsOf({ interest, log, model }: Settings): FoldSettings {
  return {
    ...interest,
    futureSkewSeconds: log.futureSkewSeconds,
    tasteSketch: model.clusters > 0,
  };
}

export interface FoldRules {
  readonly attributionMs: number;
  readonly halfLifeMs: number;
  readonly shortHalfLifeMs: number;
  readonly dedupeMs: number;
  readonly futureSkewMs: number;
  readonly recentMax: number;
  readonly pendingImpressionsMax: number;
  readonly windowEventsMax: number;
  readonly interestsMax: number;
  readonly dedupeMax: number;
  readonly weights: ReadonlyMap<string, number>;
  readonly positiveTypes: ReadonlySet<string>;
  readonly segments: readonly SegmentRule[];
  readonly audienceAttributes: readonly string[];
  readonly likeTypes: ReadonlySet<string>;
  readonly conversionTypes: ReadonlySet<string>;
  readonly tasteSketch: boolean;
  readonly featureGroups: UsedGroups;
}

export function foldRules(settings: FoldSettings): FoldRules {
  return {
    attributionMs: settings.attributionSeconds * 1000,
    halfLifeMs: settings.halfLifeSeconds * 1000,
    shortHalfLifeMs: settings.shortHalfLifeSeconds * 1000,
    dedupeMs: settings.dedupeSeconds * 1000,
    futureSkewMs: settings.futureSkewSeconds * 1000,
    recentMax: settings.recentMax,
    pendingImpressionsMax: settings.pendingImpressionsMax,
    windowEventsMax: settings.windowEventsMax,
    interestsMax: settings.interestsMax,
    dedupeMax: settings.dedupeMax,
    weights: new Map(Object.entries(settings.weights)),
    positiveTypes: new Set(settings.positiveTypes),
    segments: settings.segments,
    audienceAttributes: settings.audienceAttributes,
    likeTypes: new Set(settings.likeTypes),
    conversionTypes: new Set(settings.conversionTypes),
    tasteSketch: settings.tasteSketch,
    featureGroups: usedGroups(settings.withoutFeatures, settings.extraFeatures),
  };
}
