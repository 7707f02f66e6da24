/** Baselines that choose n items of all there are, for a next item: what top-N models must beat. */
import { SeededRandom } from '#kernel';
import { RecentCounts } from './recent-counts.js';

export interface TopNBaseline {
  readonly name: string;
  /** Best first. @param excluded items that must not be named, such as those the user knows. @param at event time, ms */
  top(n: number, excluded: ReadonlySet<string>, at: number): string[];
  /** An item may be named from now on. */
  known(itemId: string): void;
  /** Somebody took the item. */
  taken(itemId: string, at: number): void;
}

export function randomTop(seed: number): TopNBaseline {
  const random = new SeededRandom(seed);
  const items = new Set<string>();
  const all: string[] = [];
  return {
    name: 'random',
    known: (id) => {
      if (items.has(id)) return;
      items.add(id);
      all.push(id);
    },
    taken: () => undefined,
    top: (n, excluded) => {
      const chosen = new Set<string>();
      // Bounded: when nearly all is excluded, fewer than n is the answer.
      for (let tries = 0; tries < 20 * n && chosen.size < n && all.length > 0; tries++) {
        const id = all[random.below(all.length)]!;
        if (!excluded.has(id)) chosen.add(id);
      }
      return [...chosen];
    },
  };
}

/** Most often taken so far; of equals the one known first. */
export function popularTop(): TopNBaseline {
  const counts = new Map<string, number>();
  return {
    name: 'popularity',
    known: (id) => void counts.set(id, counts.get(id) ?? 0),
    taken: (id) => void counts.set(id, (counts.get(id) ?? 0) + 1),
    top: (n, excluded) => best(counts.keys(), (id) => counts.get(id)!, n, excluded),
  };
}

/** Most often taken within the last `windowMs`, then most often ever. @param label tells windows apart in a report */
export function recentTop(windowMs: number, label = 'recent popularity'): TopNBaseline {
  const recent = new RecentCounts(windowMs);
  const ever = new Map<string, number>();
  const popular = popularTop();
  return {
    name: label,
    known: (id) => popular.known(id),
    taken: (id, at) => {
      recent.add(id, at);
      ever.set(id, (ever.get(id) ?? 0) + 1);
      popular.taken(id, at);
    },
    top: (n, excluded, at) => {
      recent.passTime(at);
      const tail = (id: string): number => ever.get(id)! / (ever.get(id)! + 1);
      const chosen = best(recent.items(), (id) => recent.of(id) + tail(id), n, excluded);
      if (chosen.length === n) return chosen;
      const more = popular.top(n, new Set([...excluded, ...chosen]), at);
      return [...chosen, ...more].slice(0, n);
    },
  };
}

/** The n of the highest score, best first; of equals the one that came first. */
export function best(
  ids: Iterable<string>,
  score: (id: string) => number,
  n: number,
  excluded: ReadonlySet<string>,
): string[] {
  const chosen: string[] = [];
  const scores: number[] = [];
  for (const id of ids) {
    const value = score(id);
    if ((chosen.length === n && !(value > scores[n - 1]!)) || excluded.has(id)) continue;
    let at = Math.min(chosen.length, n - 1);
    while (at > 0 && scores[at - 1]! < value) {
      chosen[at] = chosen[at - 1]!;
      scores[at] = scores[at - 1]!;
      at--;
    }
    chosen[at] = id;
    scores[at] = value;
  }
  return chosen;
}
