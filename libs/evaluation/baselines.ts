/**
 * Baselines that any learner must beat. Each ranks a list with what it knew before the list, and learns from
 * it afterwards, exactly when the learners under test do.
 */
import { combine32, fnv1a32 } from '#kernel';
import { RecentCounts } from './recent-counts.js';

export interface ShownList {
  readonly listId: string;
  readonly itemIds: readonly string[];
  /** Slots of the items, 1-based. */
  readonly positions: readonly number[];
  /** Event time, ms. */
  readonly at: number;
}

export interface Baseline {
  readonly name: string;
  /** True when scores are probabilities of a click, so that log loss means something. */
  readonly probabilistic: boolean;
  score(list: ShownList): number[];
  /** The list was shown; called after every model has scored it. */
  shown?(list: ShownList): void;
  /** @param at event time, ms */
  clicked?(itemId: string, at: number): void;
}

export const randomOrder = (seed: number): Baseline => ({
  name: 'random',
  probabilistic: false,
  score: (list) => {
    const salt = combine32(seed >>> 0, fnv1a32(list.listId));
    return list.itemIds.map((id) => combine32(salt, fnv1a32(id)) / 2 ** 32);
  },
});

export const asShown = (): Baseline => ({
  name: 'as shown',
  probabilistic: false,
  score: (list) => list.positions.map((position) => -position),
});

/** A number that the catalogue holds for each item, such as a public popularity; unknown items go last. */
export const byAttribute = (name: string, value: (itemId: string) => number | undefined): Baseline => ({
  name,
  probabilistic: false,
  score: (list) => list.itemIds.map((id) => value(id) ?? -Infinity),
});

/** Clicks so far. */
export function popularity(): Baseline {
  const clicks = new Map<string, number>();
  return {
    name: 'popularity',
    probabilistic: false,
    score: (list) => list.itemIds.map((id) => clicks.get(id) ?? 0),
    clicked: (id) => void clicks.set(id, (clicks.get(id) ?? 0) + 1),
  };
}

/** Clicks within the last `windowMs` of event time; of equals, the one with more clicks before. */
export function recentPopularity(windowMs: number): Baseline {
  const recent = new RecentCounts(windowMs);
  const ever = popularity();
  return {
    name: 'recent popularity',
    probabilistic: false,
    score: (list) => {
      recent.passTime(list.at);
      // The tail decides only between equal counts: it stays below 1.
      const tail = ever.score(list);
      return list.itemIds.map((id, i) => recent.of(id) + tail[i]! / (tail[i]! + 1));
    },
    clicked: (id, at) => {
      recent.add(id, at);
      ever.clicked!(id, at);
    },
  };
}

/** Weight of the prior in `itemCtr`, in impressions. */
export const CTR_PRIOR_IMPRESSIONS = 10;

/** (clicks + m · p̄) / (impressions + m), with p̄ the running overall rate: the mean of a beta posterior. */
export function itemCtr(priorImpressions = CTR_PRIOR_IMPRESSIONS): Baseline {
  const counts = new Map<string, { clicks: number; shown: number }>();
  const all = { clicks: 1, shown: 10 };
  const of = (id: string): { clicks: number; shown: number } => {
    let count = counts.get(id);
    if (!count) counts.set(id, (count = { clicks: 0, shown: 0 }));
    return count;
  };
  return {
    name: 'item CTR',
    probabilistic: true,
    score: (list) => {
      const prior = all.clicks / all.shown;
      return list.itemIds.map(
        (id) => (of(id).clicks + priorImpressions * prior) / (of(id).shown + priorImpressions),
      );
    },
    shown: (list) => {
      for (const id of list.itemIds) of(id).shown++;
      all.shown += list.itemIds.length;
    },
    clicked: (id) => {
      of(id).clicks++;
      all.clicks++;
    },
  };
}
