/** `trending`: what everybody engages with now, in the window that suits the deployment best. */
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';

/** Asked for when those that make up a budget twice are not enough, since many are not admitted. */
export const TRENDING_KEPT = 256;
const ASKED_FIRST = 2;
const STRENGTH_MAX = 0.6;

export function trending(request: RecallRequest, budget: number, out: CandidateSet): void {
  const { index, statistics, now } = request;
  let left = budget;
  let looked = 0;
  for (const asked of [Math.min(budget * ASKED_FIRST, TRENDING_KEPT), TRENDING_KEPT]) {
    if (left === 0 || looked === TRENDING_KEPT) return;
    const { keys, scores } = statistics.trending(asked, now);
    for (; looked < keys.length && left > 0; looked++) {
      const slot = index.slotOf(keys[looked]!);
      if (slot < 0 || !request.admits(slot)) continue;
      if (out.add(slot, 'trending', (STRENGTH_MAX * scores[looked]!) / scores[0]!)) left--;
    }
  }
}
