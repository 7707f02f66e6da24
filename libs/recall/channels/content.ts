/**
 * `content`: what the user has taken to, by decayed interest. Each of the strongest interests gets a share of the
 * budget in proportion to its weight: most of it the best of its list by proven click-through rate, the rest drawn
 * uniformly from the whole list, so that every item can be reached.
 */
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';
import type { LabelList } from '../label-list.js';

const STRENGTH_MAX = 0.9;
const INTERESTS_MAX = 12;
const HEAD_SHARE = 0.7;
/** Draws for each candidate still wanted from a list. */
const DRAWS_EACH = 3;

export function content(request: RecallRequest, budget: number, out: CandidateSet): void {
  const chosen = strongestLists(request);
  const total = chosen.reduce((sum, { weight }) => sum + weight, 0);
  for (const { list, weight } of chosen) {
    fromList(
      request,
      list,
      Math.ceil((budget * weight) / total),
      STRENGTH_MAX * (0.5 + (0.5 * weight) / chosen[0]!.weight),
      out,
    );
  }
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
  const { index, statistics, random } = request;
  let wanted = quota;
  const take = (slot: number): void => {
    if (request.admits(slot) && out.add(slot, 'content', strength, list.id)) wanted--;
  };
  if (list.size <= quota) {
    for (let i = 0; i < list.size; i++) take(list.members.at(i));
    return;
  }
  const drawn = Math.max(1, Math.floor(quota * (1 - HEAD_SHARE)));
  const head = index.headOf(list, statistics);
  for (let rank = 0; rank < head.size && wanted > drawn; rank++) take(head.at(rank));
  for (let draws = wanted * DRAWS_EACH; draws > 0 && wanted > 0; draws--)
    take(list.members.at(random.below(list.size)));
}
