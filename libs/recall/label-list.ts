/** The visible items under one label. */
import type { ListHead } from './list-head.js';
import { SlotList } from './slot-list.js';
import type { LabelDimension } from './taste.js';

export class LabelList {
  readonly members = new SlotList();
  /** The best of them by each measure (list-measures.ts), of some time: ask `index.headOf` and `index.trendingOf`. */
  readonly heads: (ListHead | undefined)[] = [];

  constructor(
    readonly id: number,
    /** `all` lists every visible item. */
    readonly dimension: LabelDimension | 'all',
    readonly label: string,
  ) {}

  get size(): number {
    return this.members.size;
  }
}
