/** The labels of a user's newest items, and how alike an item's labels are: for one question, then for the next. */
import { FoundItems } from './found-items.js';
import { LABELLED_MAX, type NextItemTables } from './next-item-tables.js';

/** Items whose labels count, the newest ones, each less than the one after it. */
const ITEMS_MAX = 10;
const DECAY = 0.85;
/** A label of one item in so many weighs 1; of fewer, less. */
const RARE_ITEMS = 10_000;

/** Of each label: its weight among the recent items' labels, and 1 where the newest item has it. */
const RECENT = 0;
const LAST = 1;

export class RecentLabels {
  private readonly weights = new FoundItems(2);
  /** Length of all labels' weights, and labels of the newest item. */
  private norm = 0;
  private ofLast = 0;

  constructor(private readonly tables: Pick<NextItemTables, 'itemLabels' | 'labelled'>) {}

  /** @param recentKeys newest first */
  follow(recentKeys: readonly number[]): void {
    const { weights } = this;
    weights.clear();
    this.ofLast = 0;
    for (let r = 0; r < recentKeys.length && r < ITEMS_MAX; r++) {
      const weight = DECAY ** r;
      this.tables.itemLabels.each(recentKeys[r]!, (label) => {
        const place = weights.place(label); // may grow the columns
        weights.columns[RECENT]![place]! += weight;
        if (r > 0) return;
        weights.columns[LAST]![place] = 1;
        this.ofLast++;
      });
    }
    const recents = weights.columns[RECENT]!;
    let squares = 0;
    for (let place = 0; place < weights.size; place++) squares += recents[place]! * recents[place]!;
    this.norm = Math.sqrt(squares);
  }

  /** Calls with the items that share a rare label, once a label: the rarer it is, the more it says. */
  eachSharingRare(visit: (itemKey: number, weight: number) => void): void {
    const { keys, columns, size } = this.weights;
    const { labelled } = this.tables;
    for (let place = 0; place < size; place++) {
      const row = labelled.rowOf(keys[place]!);
      const shared = labelled.sizeOf(row);
      if (shared === 0 || shared >= LABELLED_MAX) continue;
      const weight = (columns[RECENT]![place]! * Math.log(RARE_ITEMS / shared)) / Math.log(RARE_ITEMS);
      for (let i = 0; i < shared; i++) visit(labelled.partnerOf(row, i), weight);
    }
  }

  /** Writes the cosine of the item's labels with those of the recent items, and with those of the newest alone. */
  compare(itemKey: number, out: Float32Array, cosineAt: number, lastAt: number): void {
    let own = 0;
    let recent = 0;
    let last = 0;
    if (this.norm > 0) {
      const { weights } = this;
      const recents = weights.columns[RECENT]!;
      const lasts = weights.columns[LAST]!;
      const { labels, from, to } = this.tables.itemLabels.of(itemKey);
      for (let i = from; i < to; i++) {
        own++;
        const place = weights.find(labels[i]!);
        if (place < 0) continue;
        recent += recents[place]!;
        last += lasts[place]!;
      }
    }
    out[cosineAt] = own > 0 ? recent / (Math.sqrt(own) * this.norm) : 0;
    out[lastAt] = last > 0 ? last / Math.sqrt(own * this.ofLast) : 0;
  }
}
