/**
 * Popularity without a user, first of all recent popularity, the baseline to beat on streams of ratings: how often an item was taken lately, by everybody.
 * Either every event halves in each half-life, or events count fully until they leave a window.
 */
import { SeededRandom } from '#kernel';
import { grown, topByScore, type NextItemEvent, type NextItemModel } from './next-item-model.js';

const HOUR_MS = 3_600_000;
/** Scores are kept at a reference time and grow with 2^(elapsed / half-life): scaled down before they overflow. */
const HALVINGS_MAX = 200;
/** Events that have left the window and are still held, before they are let go. */
const COMPACT_FROM = 1_024;

/** @param halfLifeHours Infinity: popularity of all time */
export function decayedPopularity(halfLifeHours: number): NextItemModel {
  const halfLifeMs = halfLifeHours * HOUR_MS;
  let scores: Float64Array = new Float64Array(1024);
  let known = 0;
  let reference: number | undefined;
  return {
    name: halfLifeHours === Infinity ? 'popularity' : `popularity, half-life ${halfLifeHours} h`,
    top: (n, _, taken) => topByScore(n, known, (item) => scores[item]!, taken),
    learn: ({ item, at }: NextItemEvent) => {
      scores = grown(scores, item + 1);
      known = Math.max(known, item + 1);
      reference ??= at;
      if ((at - reference) / halfLifeMs > HALVINGS_MAX) {
        const scale = 2 ** (-(at - reference) / halfLifeMs);
        for (let i = 0; i < known; i++) scores[i]! *= scale;
        reference = at;
      }
      scores[item]! += 2 ** ((at - reference) / halfLifeMs);
    },
  };
}

export function windowedPopularity(windowHours: number): NextItemModel {
  const windowMs = windowHours * HOUR_MS;
  let scores: Float64Array = new Float64Array(1024);
  let known = 0;
  let inside: NextItemEvent[] = [];
  let oldest = 0;
  return {
    name: `popularity, last ${windowHours} h`,
    top: (n, { at }, taken) => {
      while (oldest < inside.length && inside[oldest]!.at < at - windowMs) scores[inside[oldest++]!.item]!--;
      if (oldest > COMPACT_FROM && oldest * 2 > inside.length) {
        inside = inside.slice(oldest);
        oldest = 0;
      }
      return topByScore(n, known, (item) => scores[item]!, taken);
    },
    learn: (event: NextItemEvent) => {
      scores = grown(scores, event.item + 1);
      known = Math.max(known, event.item + 1);
      scores[event.item]!++;
      inside.push(event);
    },
  };
}

/** Any items, all alike. */
export function randomItems(seed: number): NextItemModel {
  const random = new SeededRandom(seed);
  let known = 0;
  return {
    name: 'random',
    top: (n, _, taken) => {
      const chosen = new Set<number>();
      // Bounded: who has taken nearly everything is named fewer.
      for (let tries = 0; tries < 20 * n && chosen.size < n && known > 0; tries++) {
        const item = random.below(known);
        if (!taken.has(item)) chosen.add(item);
      }
      return [...chosen];
    },
    learn: ({ item }) => void (known = Math.max(known, item + 1)),
  };
}
