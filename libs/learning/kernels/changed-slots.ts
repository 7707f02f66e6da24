/**
 * Which slots hosts have to be told of, and what of them: a mark a slot, and the list of the slots that have one. Both lie in the
 * memory of the kernels, behind the rows: the learners' steps note there what moved on the grid (grid.ts).
 */
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
const CHANGES = 0x7fff;
const TOUCHED = 0x8000;
/** Bytes of a slot, beside its row. */
export const CHANGED_BYTES = 2 + 4;
/** Of the addresses, in the scratch memory, in words. */
const MARKS = 0;
const LIST = 1;
const LISTED = 2;

export class ChangedSlots {
  private readonly marks: Uint16Array;
  private readonly list: Uint32Array;

  /** @param words the kernels' memory. @param at address of `slots` × CHANGED_BYTES that are theirs */
  constructor(
    private readonly words: Uint32Array,
    at: number,
    readonly slots: number,
  ) {
    this.list = new Uint32Array(words.buffer, at, slots);
    this.marks = new Uint16Array(words.buffer, at + slots * 4, slots);
    words[MARKS] = this.marks.byteOffset;
    words[LIST] = this.list.byteOffset;
  }

  get size(): number {
    return this.words[LISTED]!;
  }

  /** @param changes bits of CHANGE */
  note(slot: number, changes: number): void {
    const before = this.marks[slot]!;
    this.marks[slot] = before | changes;
    if ((before & CHANGES) === 0) this.list[this.words[LISTED]!++] = slot;
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
      const mark = this.marks[slots[i]!]!;
      changes[i] = mark & CHANGES;
      this.marks[slots[i]!] = mark & TOUCHED;
    }
    return { slots, changes };
  }

  /** Forgets changes. */
  clear(): void {
    this.drain(this.size);
  }

  /** Slots that were ever updated, ascending. */
  touched(): Uint32Array {
    const { marks } = this;
    let count = 0;
    for (let slot = 0; slot < this.slots; slot++) count += marks[slot]! >>> 15;
    const slots = new Uint32Array(count);
    for (let slot = 0, at = 0; at < count; slot++) if (marks[slot]! >= TOUCHED) slots[at++] = slot;
    return slots;
  }

  /** Slots that a snapshot brings. */
  touch(slots: Uint32Array): void {
    for (const slot of slots) this.marks[slot]! |= TOUCHED;
  }
}
