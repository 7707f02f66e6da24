/**
 * `catalogue`: the floor under the other channels. The best by proven click-through rate, then uniform draws, then,
 * when those found too little, a walk from a random place. While the set is empty the walk goes all the way
 * round: then, and only then, a request may look at everything the filter lets through.
 */
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';
import type { LabelList } from '../label-list.js';

const STRENGTH = 0.1;
const DRAWS_EACH = 2;
/** Slots looked at in a walk that has found something. */
const WALK_MAX = 4_096;

export function catalogue(request: RecallRequest, budget: number, out: CandidateSet): void {
  const lists = request.within ?? [request.index.everything];
  for (const [i, list] of lists.entries()) {
    const before = out.size;
    fromList(request, list, Math.ceil(budget / (lists.length - i)), out);
    budget = Math.max(0, budget - (out.size - before));
  }
}

function fromList(request: RecallRequest, list: LabelList, quota: number, out: CandidateSet): void {
  const { index, statistics, random } = request;
  let wanted = quota;
  const take = (slot: number): void => {
    if (request.admits(slot) && out.add(slot, 'catalogue', STRENGTH)) wanted--;
  };
  const head = index.headOf(list, statistics);
  for (let rank = 0; rank < head.size && wanted > quota / 2; rank++) take(head.at(rank));
  if (list.size === 0) return;
  if (list.size > 2 * quota) {
    for (let draws = wanted * DRAWS_EACH; draws > 0 && wanted > 0; draws--)
      take(list.members.at(random.below(list.size)));
  }
  if (wanted <= 0 || (out.size >= request.wanted && list.size > 2 * quota)) return;
  const start = random.below(list.size);
  for (let i = 0; i < list.size && wanted > 0 && (i < WALK_MAX || out.size === 0); i++)
    take(list.members.at((start + i) % list.size));
}
