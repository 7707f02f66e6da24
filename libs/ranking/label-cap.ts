/** At most `max` items with any one label of a kind (category, brand, seller) among any WINDOW consecutive items of a list. */
import type { SlotRule } from './slot-rule.js';

export const WINDOW = 10;

export class LabelCap implements SlotRule {
  /** By label id. */
  private readonly counts: Uint16Array;
  private readonly placed: number[] = [];

  /** @param labelsOf ids of a candidate's labels, each below `idsBelow` */
  constructor(
    private readonly max: number,
    private readonly labelsOf: (candidate: number) => ArrayLike<number>,
    idsBelow: number,
  ) {
    this.counts = new Uint16Array(idsBelow);
  }

  reset(): void {
    this.counts.fill(0);
    this.placed.length = 0;
  }

  admits(candidate: number): boolean {
    const labels = this.labelsOf(candidate);
    for (let i = 0; i < labels.length; i++) if (this.counts[labels[i]!]! >= this.max) return false;
    return true;
  }

  place(candidate: number): void {
    this.placed.push(candidate);
    this.count(candidate, 1);
    if (this.placed.length >= WINDOW) this.count(this.placed[this.placed.length - WINDOW]!, -1);
  }

  private count(candidate: number, by: number): void {
    const labels = this.labelsOf(candidate);
    for (let i = 0; i < labels.length; i++) this.counts[labels[i]!]! += by;
  }
}
