/** `covisitation`: what people engage with who engaged with the user's recent items. */
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';

export function covisitation(request: RecallRequest, budget: number, out: CandidateSet): void {
  const { covisitation: scores } = request;
  const strongest = scores.found.length > 0 ? scores.strengthOf(scores.found[0]!) : 1;
  let left = budget;
  for (const slot of scores.found) {
    if (left === 0) return;
    if (!request.admits(slot)) continue;
    if (
      out.add(slot, 'covisitation', 0.5 + (0.5 * scores.strengthOf(slot)) / strongest, scores.causeOf(slot))
    )
      left--;
  }
}
