/** `trending`: what everybody engages with now. The replica ranks it at most once a second. */
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';

export const TRENDING_WINDOW_SECONDS = 3_600;
/** Asked for beyond the budget, to make up for what is not admitted. */
export const TRENDING_KEPT = 256;
const STRENGTH_MAX = 0.6;

export function trending(request: RecallRequest, budget: number, out: CandidateSet): void {
  const { index, statistics, now } = request;
  const { keys, scores } = statistics.trending(TRENDING_KEPT, now, TRENDING_WINDOW_SECONDS);
  let left = budget;
  for (let i = 0; i < keys.length && left > 0; i++) {
    const slot = index.slotOf(keys[i]!);
    if (slot < 0 || !request.admits(slot)) continue;
    if (out.add(slot, 'trending', (STRENGTH_MAX * scores[i]!) / scores[0]!)) left--;
  }
}
