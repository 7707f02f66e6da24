/** A set of slots in a growable Int32Array: append, swap-remove, random access. */
export class SlotList {
  private slots = new Int32Array(8);
  private count = 0;

  get size(): number {
    return this.count;
  }

  at(index: number): number {
    return this.slots[index]!;
  }

  add(slot: number): void {
    if (this.count === this.slots.length) {
      const wider = new Int32Array(this.slots.length * 2);
      wider.set(this.slots);
      this.slots = wider;
    }
    this.slots[this.count++] = slot;
  }

  /** The last slot takes its place. */
  removeAt(index: number): void {
    this.slots[index] = this.slots[--this.count]!;
  }

  /** Linear in the list; only catalogue changes do it, and only on the lists whose label the item loses. */
  remove(slot: number): void {
    const index = this.slots.indexOf(slot);
    if (index < 0 || index >= this.count) return;
    this.removeAt(index);
  }
}
