/** `trending`: what everybody engages with now, in the window that suits the deployment best. */
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';

/** Asked for beyond the budget, to make up for what is not admitted. */
export const TRENDING_KEPT = 256;
const STRENGTH_MAX = 0.6;

export function trending(request: RecallRequest, budget: number, out: CandidateSet): void {
  const { index, statistics, now } = request;
  const { keys, scores } = statistics.trending(TRENDING_KEPT, now);
  let left = budget;
  for (let i = 0; i < keys.length && left > 0; i++) {
    const slot = index.slotOf(keys[i]!);
    if (slot < 0 || !request.admits(slot)) continue;
    if (out.add(slot, 'trending', (STRENGTH_MAX * scores[i]!) / scores[0]!)) left--;
  }
}
