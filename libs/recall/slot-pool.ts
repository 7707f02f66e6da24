/**
 * A set of slots to draw from, where a draw does not depend on which members have been taken out for being of no use: it gives
 * the first member at or behind a random point, so one that is found to be useless can be taken out now, later or
 * never. Two hosts, or a host and a replay, draw the same although they have noticed different things.
 *
 * Points run over the slots in scattered order (multiples of the golden ratio modulo the capacity: neighbours lie far apart, and any run
 * of slots is spread evenly), so members that came together are drawn about equally often. A bit a slot, and one for
 * each 32: a draw looks at some tens of words among a million slots.
 */
const FIRST_CAPACITY = 1024;
const GOLDEN = 0.6180339887498949;

export class SlotPool {
  size = 0;
  private capacity = FIRST_CAPACITY;
  private scatter = scatterOf(FIRST_CAPACITY);
  private gather = inverseOf(this.scatter);
  private words = new Uint32Array(FIRST_CAPACITY >>> 5);
  /** A bit for each word that is not 0. */
  private summary = new Uint32Array(FIRST_CAPACITY >>> 10);

  add(slot: number): void {
    while (slot >= this.capacity) this.grow();
    const at = this.placeOf(slot);
    const bit = 1 << (at & 31);
    if (this.words[at >>> 5]! & bit) return;
    this.words[at >>> 5]! |= bit;
    this.summary[at >>> 10]! |= 1 << ((at >>> 5) & 31);
    this.size++;
  }

  remove(slot: number): void {
    if (slot >= this.capacity) return;
    const at = this.placeOf(slot);
    const bit = 1 << (at & 31);
    if (!(this.words[at >>> 5]! & bit)) return;
    this.words[at >>> 5]! &= ~bit;
    if (this.words[at >>> 5] === 0) this.summary[at >>> 10]! &= ~(1 << ((at >>> 5) & 31));
    this.size--;
  }

  /** The first member at or behind the point, beginning again at the end; the pool must hold one. @param point in [0, 1) */
  draw(point: number): number {
    const from = Math.floor(point * this.capacity);
    const place = this.placeFrom(from) ?? this.placeFrom(0)!;
    return (Math.imul(place, this.gather) >>> 0) & (this.capacity - 1);
  }

  private placeOf(slot: number): number {
    return (Math.imul(slot, this.scatter) >>> 0) & (this.capacity - 1);
  }

  private placeFrom(from: number): number | undefined {
    const word = from >>> 5;
    const here = this.words[word]! & (-1 << (from & 31));
    if (here) return (word << 5) + lowestBit(here);
    const next = this.wordBehind(word);
    return next === undefined ? undefined : (next << 5) + lowestBit(this.words[next]!);
  }

  private wordBehind(word: number): number | undefined {
    const from = word + 1;
    for (let at = from >>> 5; at < this.summary.length; at++) {
      const bits = at === from >>> 5 ? this.summary[at]! & (-1 << (from & 31)) : this.summary[at]!;
      if (bits) return (at << 5) + lowestBit(bits);
    }
    return undefined;
  }

  private grow(): void {
    const members: number[] = [];
    for (let slot = 0; slot < this.capacity; slot++) {
      const at = this.placeOf(slot);
      if (this.words[at >>> 5]! & (1 << (at & 31))) members.push(slot);
    }
    this.capacity *= 2;
    this.scatter = scatterOf(this.capacity);
    this.gather = inverseOf(this.scatter);
    this.words = new Uint32Array(this.capacity >>> 5);
    this.summary = new Uint32Array(this.capacity >>> 10);
    this.size = 0;
    for (const slot of members) this.add(slot);
  }
}

/** The odd number nearest below capacity × golden ratio: multiplying by it permutes the slots. @param capacity a power of two */
function scatterOf(capacity: number): number {
  return Math.floor(capacity * GOLDEN) | 1;
}

/** Of an odd number modulo 2^32, by Newton's iteration: each doubles the bits that are right. */
function inverseOf(odd: number): number {
  let inverse = odd;
  for (let round = 0; round < 5; round++) inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse));
  return inverse;
}

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);
