/** What the slots of a list do to clicks, for a person to look at. */
import type { Tables } from './tables.js';

export interface SlotBias {
  /** From 1. */
  readonly position: number;
  readonly impressions: number;
  readonly clicks: number;
  /** How likely the slot is looked at, relative to slot 1, over lists of all depths (examination-curve.ts). */
  readonly examination: number;
}

/**
 * Slots from 1 up to the last one that was ever shown. Beside the examination the plain click-through rate can be told from the
 * counts: where better items stand higher, it falls faster than eyes do.
 */
export function positionBias({
  positions,
  examination,
}: Pick<Tables, 'positions' | 'examination'>): SlotBias[] {
  return positions
    .curve()
    .map((slot) => ({ ...slot, examination: examination.examination(slot.position, 0) }));
}
