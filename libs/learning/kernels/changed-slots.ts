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

/** Slots taken out at once. */
const TAKEN_MAX = 8_192;
/** What is written of those taken. */
export const POINTS_BYTES = 512 * 1024;

/**
 * Beside the rows of so many slots: stage, list, marks, and what sorts the slots and holds what is written of them. The list has
 * room for one more, which `settle` writes before it knows.
 */
export const changedBytes = (slots: number): number =>
  STAGE_BYTES + 4 * (slots + 1) + wordsOf(2 * slots) + 4 * (TAKEN_MAX + 2 ** digitBits(slots)) + POINTS_BYTES;

/** Slots are sorted by two digits of so many bits. */
const digitBits = (slots: number): number => Math.ceil(Math.log2(slots) / 2);
const wordsOf = (bytes: number): number => Math.ceil(bytes / 4) * 4;

/** Where rows stand; see slot-rows.ts. */
interface PlacedRows {
  readonly rowsAt: number;
  readonly stride: number;
  readonly blocks: number;
  readonly factors: number;
}

export class ChangedSlots {
  private readonly marks: Uint16Array;
  private readonly list: Uint32Array;
  private readonly scratchAt: number;
  private readonly pointsAt: number;
  private readonly bits: number;

  /** @param words the kernels' memory. @param at address of `changedBytes(slots)` that are theirs */
  constructor(
    private readonly kernels: Kernels,
    private readonly words: Uint32Array,
    at: number,
    slots: number,
  ) {
    this.list = new Uint32Array(words.buffer, at + STAGE_BYTES, slots + 1);
    this.marks = new Uint16Array(words.buffer, at + STAGE_BYTES + this.list.byteLength, slots);
    this.bits = digitBits(slots);
    this.scratchAt = this.marks.byteOffset + wordsOf(this.marks.byteLength);
    this.pointsAt = this.scratchAt + 4 * (TAKEN_MAX + 2 ** this.bits);
    words[STAGE] = words[NEXT] = at;
    words[LIST] = this.list.byteOffset;
    words[MARKS] = this.marks.byteOffset;
  }

  get size(): number {
    this.kernels.settle();
    return this.words[LISTED]!;
  }

  /** Takes up to `max` slots out, ascending. A view: holds, like their marks, until the next change. */
  take(max: number): Uint32Array {
    const taken = Math.min(max, TAKEN_MAX, this.size);
    const rest = (this.words[LISTED]! -= taken);
    const slots = this.list.subarray(rest, rest + taken);
    this.kernels.sortSlots(slots.byteOffset, taken, this.bits, this.scratchAt);
    return slots;
  }

  /**
   * What changed of the slots just taken out, which it thereby forgets: in bytes (../slot-points.ts), a view until the next call.
   * @param slots so few that what is told of them fits POINTS_BYTES
   */
  tell(slots: Uint32Array, { rowsAt, stride, blocks, factors }: PlacedRows): Uint8Array {
    const at = this.pointsAt;
    const end = this.kernels.writePoints(slots.byteOffset, slots.length, rowsAt, stride, blocks, factors, at);
    return new Uint8Array(this.words.buffer, at, end - at);
  }

  /** Forgets changes. */
  clear(): void {
    this.words[NEXT] = this.words[STAGE]!;
    this.words[LISTED] = 0;
    this.marks.fill(0);
  }
}
