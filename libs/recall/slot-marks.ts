/** Marks on slots, for one request: unmarking all costs nothing, asking costs one read. */
export class SlotMarks {
  private stamps = new Uint32Array(1024);
  private stamp = 0;

  /** Unmarks all, for an index of `slotCount` slots. */
  clear(slotCount: number): void {
    if (this.stamps.length < slotCount) this.stamps = new Uint32Array(slotCount * 2);
    if (++this.stamp <= 0xffff_fffe) return;
    this.stamps.fill(0);
    this.stamp = 1;
  }

  /** @param slot negative: none, and nothing is marked */
  mark(slot: number): void {
    if (slot >= 0) this.stamps[slot] = this.stamp;
  }

  has(slot: number): boolean {
    return this.stamps[slot] === this.stamp;
  }
}
