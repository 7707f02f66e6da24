/** The best slots of one list, in order: list-heads.ts keeps it up to date. */
import { Leaders } from '#kernel';
import type { SlotList } from './slot-list.js';

/** Slots of a head; twice as many are kept at hand. */
export const HEAD_MAX = 48;

export class ListHead {
  readonly kept = new Leaders(2 * HEAD_MAX);

  /** @param generation of what it was read from */
  constructor(readonly generation: number) {}

  get size(): number {
    return Math.min(this.kept.size, HEAD_MAX);
  }

  /** The slot of this rank, the best at 0. */
  at(rank: number): number {
    return this.kept.row(rank);
  }

  /** Looks at all of the list. */
  fill(members: SlotList, merit: (slot: number) => number): void {
    this.kept.clear();
    for (let i = 0; i < members.size; i++) this.kept.add(members.at(i), merit(members.at(i)));
  }
}
