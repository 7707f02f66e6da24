/** The best slots of one list, in order: list-heads.ts keeps it up to date. */
import { Leaders } from '#kernel';
import type { SlotList } from './slot-list.js';

export class ListHead {
  readonly kept: Leaders;

  /**
   * @param max slots of it; twice as many are kept at hand
   * @param generation of what it was read from
   */
  constructor(
    private readonly max: number,
    readonly generation: number,
  ) {
    this.kept = new Leaders(2 * max);
  }

  get size(): number {
    return Math.min(this.kept.size, this.max);
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
