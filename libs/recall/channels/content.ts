/**
 * `content`: what the user has taken to, by decayed interest. Each of the strongest interests gets a share of the
 * budget in proportion to its weight: most of it the best of its list by live click-through rate, the rest drawn
 * uniformly from the whole list, so that every item can be reached.
 */
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';
import type { LabelList } from '../label-list.js';

const STRENGTH_MAX = 0.9;
const INTERESTS_MAX = 12;
const HEAD_SHARE = 0.7;
/** Lists whose heads one request refreshes; the others wait for the next. */
const REFRESHES_MAX = 2;
/** Draws for each candidate still wanted from a list. */
const DRAWS_EACH = 3;

export function content(request: RecallRequest, budget: number, out: CandidateSet): void {
  const chosen = strongestLists(request);
  const total = chosen.reduce((sum, { weight }) => sum + weight, 0);
  let refreshes = REFRESHES_MAX;
  for (const { list, weight } of chosen) {
    if (list.isStale(request.now) && refreshes-- > 0) refreshHead(request, list);
    fromList(
      request,
      list,
      Math.ceil((budget * weight) / total),
      STRENGTH_MAX * (0.5 + (0.5 * weight) / chosen[0]!.weight),
      out,
    );
  }
}

/** Orders the list's head by live click-through rate. */
export function refreshHead(
  request: Pick<RecallRequest, 'index' | 'statistics' | 'now'>,
  list: LabelList,
): void {
  const { index, statistics } = request;
  list.refresh(request.now, (slot) => (index.holds(list, slot) ? statistics.ctr(index.keyOf(slot)) : -1));
}

function strongestLists({ index, taste }: RecallRequest): { list: LabelList; weight: number }[] {
  const weights = new Map<LabelList, number>();
  for (const { dimension, label, weight } of taste.interests) {
    const list = weight > 0 ? index.listOf(dimension, label) : undefined;
    if (list) weights.set(list, (weights.get(list) ?? 0) + weight);
  }
  const sorted = [...weights].sort((a, b) => b[1] - a[1] || a[0].id - b[0].id);
  return sorted.slice(0, INTERESTS_MAX).map(([list, weight]) => ({ list, weight }));
}

function fromList(
  request: RecallRequest,
  list: LabelList,
  quota: number,
  strength: number,
  out: CandidateSet,
): void {
  const { index, random } = request;
  let wanted = quota;
  const take = (slot: number): void => {
    if (request.admits(slot) && out.add(slot, 'content', strength, list.id)) wanted--;
  };
  if (list.size <= quota) {
    for (let i = 0; i < list.size; i++) take(list.members.at(i));
    return;
  }
  const drawn = Math.max(1, Math.floor(quota * (1 - HEAD_SHARE)));
  for (let rank = 0; rank < list.headSize && wanted > drawn; rank++) {
    const slot = list.head(rank);
    if (index.holds(list, slot)) take(slot);
  }
  for (let draws = wanted * DRAWS_EACH; draws > 0 && wanted > 0; draws--)
    take(list.members.at(random.below(list.size)));
}
