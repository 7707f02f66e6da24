/**
 * Recent popularity, the baseline to beat on streams of ratings: how often an item was taken lately, by everybody.
 * Either every event halves in each half-life, or events count fully until they leave a window.
 */
import { grown, rankByScore, type NextItemEvent, type NextItemModel } from './next-item-model.js';

const HOUR_MS = 3_600_000;
/** Scores are kept at a reference time and grow with 2^(elapsed / half-life): scaled down before they overflow. */
const HALVINGS_MAX = 200;

export function decayedPopularity(halfLifeHours: number): NextItemModel {
  const halfLifeMs = halfLifeHours * HOUR_MS;
  let scores: Float64Array = new Float64Array(1024);
  let known = 0;
  let reference: number | undefined;
  return {
    name: `popularity, half-life ${halfLifeHours} h`,
    rank: ({ item }, taken) => rankByScore(scores, known, item, taken),
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
  const inside: NextItemEvent[] = [];
  let oldest = 0;
  return {
    name: `popularity, last ${windowHours} h`,
    rank: ({ item, at }, taken) => {
      while (oldest < inside.length && inside[oldest]!.at < at - windowMs) scores[inside[oldest++]!.item]!--;
      return rankByScore(scores, known, item, taken);
    },
    learn: (event: NextItemEvent) => {
      scores = grown(scores, event.item + 1);
      known = Math.max(known, event.item + 1);
      scores[event.item]!++;
      inside.push(event);
    },
  };
}
