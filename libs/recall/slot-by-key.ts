/**
 * Slots by key53: an open-addressed table over typed arrays, at most half full. A Map would box every key, and a request
 * looks up some thousand.
 */
import { mix32 } from '#kernel';

const FIRST_CAPACITY = 1024;
const FREE = -1;

export class SlotByKey {
  private keys = new Float64Array(FIRST_CAPACITY);
  private slots = new Int32Array(FIRST_CAPACITY).fill(FREE);
  private size = 0;

  /** −1 for a key without a slot. */
  get(key: number): number {
    const { keys, slots } = this;
    const mask = slots.length - 1;
    for (let at = home(key) & mask; ; at = (at + 1) & mask)
      if (slots[at] === FREE || keys[at] === key) return slots[at]!;
  }

  /** @param slot ≥ 0 */
  set(key: number, slot: number): void {
    if ((this.size + 1) * 2 > this.slots.length) this.grow();
    const mask = this.slots.length - 1;
    let at = home(key) & mask;
    while (this.slots[at] !== FREE && this.keys[at] !== key) at = (at + 1) & mask;
    if (this.slots[at] === FREE) this.size++;
    this.keys[at] = key;
    this.slots[at] = slot;
  }

  /** Backward-shift deletion: no tombstones, so look-ups never slow down. */
  delete(key: number): void {
    const { keys, slots } = this;
    const mask = slots.length - 1;
    let hole = home(key) & mask;
    while (slots[hole] !== FREE && keys[hole] !== key) hole = (hole + 1) & mask;
    if (slots[hole] === FREE) return;
    this.size--;
    slots[hole] = FREE;
    for (let at = (hole + 1) & mask; slots[at] !== FREE; at = (at + 1) & mask) {
      const origin = home(keys[at]!) & mask;
      if (((at - origin) & mask) < ((at - hole) & mask)) continue;
      keys[hole] = keys[at]!;
      slots[hole] = slots[at]!;
      slots[at] = FREE;
      hole = at;
    }
  }

  private grow(): void {
    const { keys, slots } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.slots = new Int32Array(slots.length * 2).fill(FREE);
    this.size = 0;
    for (let at = 0; at < slots.length; at++) if (slots[at] !== FREE) this.set(keys[at]!, slots[at]!);
  }
}

function home(key: number): number {
  return mix32((key >>> 0) ^ Math.imul((key / 0x1_0000_0000) | 0, 0x9e3779b1));
}
