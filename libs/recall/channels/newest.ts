/**
 * `new`: the newest items that have no evidence yet, by date of creation and by arrival in turn. It is how an
 * item gets its first impressions.
 */
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';
import { EVIDENCE_IMPRESSIONS } from '../live-statistics.js';

const STRENGTH_MAX = 0.5;

export function newest(request: RecallRequest, budget: number, out: CandidateSet): void {
  const { index, statistics } = request;
  const ranks = Math.max(index.newest.size, index.arrivals.size);
  let left = budget;
  for (let rank = 0; rank < ranks && left > 0; rank++) {
    for (const list of [index.newest, index.arrivals]) {
      if (rank >= list.size || left === 0) continue;
      const slot = list.at(rank);
      if (!request.admits(slot) || statistics.impressions(index.item(slot)!.key) >= EVIDENCE_IMPRESSIONS)
        continue;
      if (out.add(slot, 'new', STRENGTH_MAX * (1 - rank / ranks))) left--;
    }
  }
}
