/**
 * Which slots hosts have to be told of, and what of them: a mark a slot, and the list of the slots that have one. The learners' steps
 * stage notes of what moved on the grid (grid.ts), of one slot often several; marks and list follow when the stage is full or
 * somebody asks. All three lie in the memory of the kernels, behind the rows.
 */
import type { Kernels } from './kernel-module.js';

/** Bits of a mark. Eight for factors: one each up to eight of them, one a group beyond. */
export const CHANGE = {
  shown: 1,
  clicked: 1 << 1,
  information: 1 << 2,
  ftrl: 1 << 3,
  fm: 1 << 4,
  olr: 1 << 5,
} as const;
export const FACTORS_SHIFT = 6;
/** assembly/grid.ts shares it. */
const STAGE_BYTES = 32_768;
/** Of the addresses, in the scratch memory, in words. */
const MARKS = 0;
const LIST = 1;
const LISTED = 2;
const STAGE = 3;
const NEXT = 4;

/** Beside the rows of so many slots. The list has room for one more, which `settle` writes before it knows. */
export const changedBytes = (slots: number): number => STAGE_BYTES + 4 * (slots + 1) + 2 * slots;

export class ChangedSlots {
  private readonly marks: Uint16Array;
  private readonly list: Uint32Array;

  /** @param words the kernels' memory. @param at address of `changedBytes(slots)` that are theirs */
  constructor(
    private readonly kernels: Kernels,
    private readonly words: Uint32Array,
    at: number,
    slots: number,
  ) {
    this.list = new Uint32Array(words.buffer, at + STAGE_BYTES, slots + 1);
    this.marks = new Uint16Array(words.buffer, at + STAGE_BYTES + this.list.byteLength, slots);
    words[STAGE] = words[NEXT] = at;
    words[LIST] = this.list.byteOffset;
    words[MARKS] = this.marks.byteOffset;
  }

  get size(): number {
    this.kernels.settle();
    return this.words[LISTED]!;
  }

  /** @param changes bits of CHANGE */
  note(slot: number, changes: number): void {
    const before = this.marks[slot]!;
    this.marks[slot] = before | changes;
    if (before === 0) this.list[this.words[LISTED]!++] = slot;
  }

  /**
   * Takes up to `max` slots out, ascending.
   * @returns what of each is to be told
   */
  drain(max: number): { slots: Uint32Array; changes: Uint16Array } {
    const taken = Math.min(max, this.size);
    const rest = this.size - taken;
    this.words[LISTED] = rest;
    const slots = this.list.slice(rest, rest + taken).sort();
    const changes = new Uint16Array(taken);
    for (let i = 0; i < taken; i++) {
      changes[i] = this.marks[slots[i]!]!;
      this.marks[slots[i]!] = 0;
    }
    return { slots, changes };
  }

  /** Forgets changes. */
  clear(): void {
    this.words[NEXT] = this.words[STAGE]!;
    this.words[LISTED] = 0;
    this.marks.fill(0);
  }
}
