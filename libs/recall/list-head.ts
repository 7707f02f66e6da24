/** The best slots of one list, in order: who keeps it up to date is told in list-heads.ts. */
import { Leaders } from '#kernel';
import type { SlotList } from './slot-list.js';

/** Slots of a head; twice as many are kept at hand. */
export const HEAD_MAX = 48;

export class ListHead {
  private readonly leaders = new Leaders(2 * HEAD_MAX);

  /** @param generation of what it was read from */
  constructor(readonly generation: number) {}

  get size(): number {
    return Math.min(this.leaders.size, HEAD_MAX);
  }

  /** The slot of this rank, the best at 0. */
  at(rank: number): number {
    return this.leaders.row(rank);
  }

  get worn(): boolean {
    return this.leaders.needsRefill;
  }

  fill(members: SlotList, merit: (slot: number) => number): void {
    this.leaders.clear();
    for (let i = 0; i < members.size; i++) this.leaders.add(members.at(i), merit(members.at(i)));
  }

  add(slot: number, merit: number): void {
    this.leaders.add(slot, merit);
  }

  move(slot: number, before: number, after: number): void {
    this.leaders.move(slot, before, after);
  }

  remove(slot: number, merit: number): void {
    this.leaders.remove(slot, merit);
  }
}
