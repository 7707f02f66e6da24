/**
 * Byte strings of any length, thousands of which come and go, in slabs of a megabyte: a buffer of its own costs each some hundred bytes
 * more, and the garbage collector a look at each. Strings are appended; a slab of which a quarter is dead is given up, and what still
 * lives there appended anew.
 *
 *     slab:  place u32 | length u32 | bytes | place u32 | …
 */
import { widened } from '#kernel';

const SLAB_BYTES = 2 ** 20;
const HEADER_BYTES = 8;
/** Share of a slab that may be dead. */
const DEAD_MAX = 1 / 4;
/** Slabs kept for what comes next. */
const SPARE_MAX = 1;
const FIRST_PLACES = 1_024;

interface Slab {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  used: number;
  live: number;
}

export class ByteSlabs {
  private readonly slabs: (Slab | undefined)[] = [];
  /** Indices of `slabs` without one. */
  private readonly gaps: number[] = [];
  private readonly spare: Slab[] = [];
  /** What is appended goes here. */
  private current = -1;
  /** By place: where the string stands. */
  private slabOf = new Int32Array(FIRST_PLACES);
  private offsetOf = new Uint32Array(FIRST_PLACES);
  private readonly freePlaces: number[] = [];
  private places = 0;
  private held = 0;

  /** Of all slabs. */
  get bytes(): number {
    return this.held;
  }

  /** A copy of `bytes`, which stand in no slab, is kept. @returns its place, a small integer that is used again after `delete` */
  add(bytes: Uint8Array): number {
    const place = this.freePlaces.pop() ?? this.newPlace();
    this.append(place, bytes);
    return place;
  }

  /** The string in place: it lasts until the next `add` or `delete`. */
  get(place: number): Uint8Array {
    const { bytes, view } = this.slabs[this.slabOf[place]!]!;
    const offset = this.offsetOf[place]!;
    const start = offset + HEADER_BYTES;
    return bytes.subarray(start, start + view.getUint32(offset + 4, true));
  }

  delete(place: number): void {
    const index = this.slabOf[place]!;
    const slab = this.slabs[index]!;
    slab.live -= HEADER_BYTES + slab.view.getUint32(this.offsetOf[place]! + 4, true);
    this.slabOf[place] = -1;
    this.freePlaces.push(place);
    if (index !== this.current && slab.live < slab.used * (1 - DEAD_MAX)) this.giveUp(index, slab);
  }

  private append(place: number, bytes: Uint8Array): void {
    const needed = HEADER_BYTES + bytes.length;
    const slab = this.room(needed);
    slab.view.setUint32(slab.used, place, true);
    slab.view.setUint32(slab.used + 4, bytes.length, true);
    slab.bytes.set(bytes, slab.used + HEADER_BYTES);
    this.slabOf[place] = this.current;
    this.offsetOf[place] = slab.used;
    slab.used += needed;
    slab.live += needed;
  }

  private room(needed: number): Slab {
    const current = this.slabs[this.current];
    if (current && current.used + needed <= current.bytes.length) return current;
    const full = this.current;
    const slab = (needed <= SLAB_BYTES && this.spare.pop()) || this.newSlab(Math.max(SLAB_BYTES, needed));
    this.current = this.gaps.pop() ?? this.slabs.length;
    this.slabs[this.current] = slab;
    if (current && current.live < current.used * (1 - DEAD_MAX)) this.giveUp(full, current);
    return this.room(needed);
  }

  private newSlab(size: number): Slab {
    const bytes = new Uint8Array(size);
    this.held += size;
    return { bytes, view: new DataView(bytes.buffer), used: 0, live: 0 };
  }

  private giveUp(index: number, slab: Slab): void {
    for (let offset = 0; offset < slab.used && slab.live > 0;) {
      const place = slab.view.getUint32(offset, true);
      const end = offset + HEADER_BYTES + slab.view.getUint32(offset + 4, true);
      if (this.slabOf[place] === index && this.offsetOf[place] === offset) {
        slab.live -= end - offset;
        this.append(place, slab.bytes.subarray(offset + HEADER_BYTES, end));
      }
      offset = end;
    }
    this.slabs[index] = undefined;
    this.gaps.push(index);
    if (slab.bytes.length === SLAB_BYTES && this.spare.length < SPARE_MAX) {
      slab.used = 0;
      this.spare.push(slab);
    } else this.held -= slab.bytes.length;
  }

  private newPlace(): number {
    if (this.places === this.slabOf.length) this.grow();
    return this.places++;
  }

  private grow(): void {
    this.slabOf = widened(this.slabOf);
    this.offsetOf = widened(this.offsetOf);
  }
}
