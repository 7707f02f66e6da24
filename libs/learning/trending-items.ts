/**
 * The most popular rows of each window, kept for a second of the asker's time: a scan of all items a request
 * would cost more than the rest of a recommendation.
 */
const REFRESH_MS = 1_000;
const KEPT = 256;

/** Item keys, best first, and the score of each. */
export interface RankedKeys {
  readonly keys: number[];
  readonly scores: number[];
}

interface Kept {
  at: number;
  rows: number[];
  /** True when `rows` holds every item that has any popularity. */
  complete: boolean;
}

export class TrendingItems {
  private readonly kept = new Map<number, Kept>();

  top(
    n: number,
    now: number,
    window: number,
    rows: number,
    popularity: (row: number) => number,
    keysByRow: Float64Array,
  ): RankedKeys {
    let kept = this.kept.get(window);
    const stale = !kept || Math.abs(now - kept.at) >= REFRESH_MS || (kept.rows.length < n && !kept.complete);
    if (!kept || stale) this.kept.set(window, (kept = best(Math.max(n, KEPT), now, rows, popularity)));
    const keys: number[] = [];
    const scores: number[] = [];
    for (const row of kept.rows) {
      if (keys.length === n) break;
      const score = popularity(row);
      if (keysByRow[row] === 0 || score <= 0) continue;
      keys.push(keysByRow[row]!);
      scores.push(score);
    }
    return { keys, scores };
  }

  /** Forgets what is kept: the rows were replaced. */
  clear(): void {
    this.kept.clear();
  }
}

/** The rows of the k highest popularities, never holding more than 2k; ties in order of first appearance. */
function best(k: number, now: number, rows: number, popularity: (row: number) => number): Kept {
  const candidates: { row: number; score: number }[] = [];
  let threshold = 0;
  let complete = true;
  for (let row = 0; row < rows; row++) {
    const score = popularity(row);
    if (score <= threshold) {
      if (score > 0) complete = false;
      continue;
    }
    candidates.push({ row, score });
    if (candidates.length >= 2 * k) {
      trim(candidates, k);
      threshold = candidates[k - 1]!.score;
      complete = false;
    }
  }
  if (candidates.length > k) complete = false;
  trim(candidates, k);
  return { at: now, rows: candidates.map((candidate) => candidate.row), complete };
}

function trim(candidates: { row: number; score: number }[], k: number): void {
  candidates.sort((a, b) => b.score - a.score || a.row - b.row);
  candidates.length = Math.min(candidates.length, k);
}
