/** What a decision may read besides the user's state: where in the log it stands, the rules and the catalogue. */
import type { LogPosition } from '#kernel';
import type { ItemLookup, ItemSignals } from '#features';
import type { FoldRules } from './fold-rules.js';

export interface FoldMoment {
  /** Position of the event: the cause of the records it leads to. */
  readonly cause: LogPosition;
  /** Event time after clipping, ms. */
  readonly at: number;
  readonly rules: FoldRules;
  readonly catalogue: ItemLookup;
}

/** The item as it was at the event. */
export function itemAt(moment: FoldMoment, itemId: string): ItemSignals | undefined {
  return moment.catalogue.at(itemId, moment.cause.sequence);
}
