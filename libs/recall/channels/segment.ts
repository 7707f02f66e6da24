/**
 * `segment`: what people like the user engage with now: the user's cluster, segment and audiences, each item at its
 * strongest group. For somebody unknown it is what people from the same country, or on the same device, choose.
 */
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';

const STRENGTH_MAX = 0.62;
/** Asked for of each group, for each place of the budget: what is not admitted is made up for. */
const ASKED_EACH = 2;

export function segment(request: RecallRequest, budget: number, out: CandidateSet): void {
  const { index, statistics, taste, now } = request;
  const found = taste.groups.map(({ group }) => statistics.groupTrending(group, budget * ASKED_EACH, now));
  let left = budget;
  // Place by place, so that a small group is heard beside a large one.
  for (let place = 0; left > 0; place++) {
    let any = false;
    for (let g = 0; g < found.length && left > 0; g++) {
      const { keys, scores } = found[g]!;
      if (place >= keys.length) continue;
      any = true;
      const slot = index.slotOf(keys[place]!);
      if (slot < 0 || !request.admits(slot)) continue;
      if (out.add(slot, 'segment', (STRENGTH_MAX * scores[place]!) / scores[0]!, g)) left--;
    }
    if (!any) return;
  }
}
