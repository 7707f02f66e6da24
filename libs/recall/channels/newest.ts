/**
 * `new`: items that have no evidence yet; it is how an item gets its first impressions. Half of the budget goes to the
 * newest, by date of creation and by arrival in turn; the other half to the least shown among draws from all that
 * have no evidence, so that none is forgotten when thousands arrive at once.
 */
import type { CandidateSet } from '../candidates.js';
import type { RecallRequest } from '../channel.js';

const STRENGTH_MAX = 0.5;
/** Draws for each candidate wanted from the pool. */
const DRAWS_EACH = 10;

export function newest(request: RecallRequest, budget: number, out: CandidateSet): void {
  const found = fromNewest(request, Math.ceil(budget / 2), out);
  fromPool(request, budget - found, out);
}

/** @returns how many it added */
function fromNewest(request: RecallRequest, budget: number, out: CandidateSet): number {
  const { index } = request;
  const ranks = Math.max(index.newest.size, index.arrivals.size);
  let left = budget;
  for (let rank = 0; rank < ranks && left > 0; rank++) {
    for (const list of [index.newest, index.arrivals]) {
      if (rank >= list.size || left === 0) continue;
      const slot = list.at(rank);
      if (!request.admits(slot) || impressionsOf(request, slot) >= request.evidence) continue;
      if (out.add(slot, 'new', STRENGTH_MAX * (1 - rank / ranks))) left--;
    }
  }
  return budget - left;
}

function fromPool(request: RecallRequest, budget: number, out: CandidateSet): void {
  const drawn = new Map<number, number>();
  for (let draws = budget * DRAWS_EACH; draws > 0; draws--) {
    const slot = drawUnproven(request);
    if (slot === undefined) break;
    if (request.admits(slot)) drawn.set(slot, impressionsOf(request, slot));
  }
  const leastShown = [...drawn].sort((a, b) => a[1] - b[1]); // those shown alike in the order drawn
  let left = budget;
  for (const [slot, impressions] of leastShown) {
    if (left === 0) return;
    if (out.add(slot, 'new', (STRENGTH_MAX * (1 - impressions / request.evidence)) / 2)) left--;
  }
}

/** Items found to have evidence leave the pool on the way. @returns undefined when all have it */
function drawUnproven(request: RecallRequest): number | undefined {
  const { unproven } = request.index;
  const point = request.random.next();
  while (unproven.size > 0) {
    const slot = unproven.draw(point);
    if (impressionsOf(request, slot) < request.evidence) return slot;
    unproven.remove(slot);
  }
  return undefined;
}

function impressionsOf({ index, statistics }: Pick<RecallRequest, 'index' | 'statistics'>, slot: number) {
  return statistics.impressions(index.keyOf(slot));
}
