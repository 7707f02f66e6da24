/** The labels of a user's newest items, and how alike an item's labels are: for one question, then for the next. */
import { LABELLED_MAX, type NextItemTables } from './next-item-tables.js';

/** Items whose labels count, the newest ones, each less than the one after it. */
const ITEMS_MAX = 10;
const DECAY = 0.85;
/** A label of one item in so many weighs 1; of fewer, less. */
const RARE_ITEMS = 10_000;

/** Of one label: its weight among the recent items' labels, and whether the newest item has it. */
interface LabelWeight {
  recent: number;
  last: number;
}

export class RecentLabels {
  private readonly weights = new Map<number, LabelWeight>();
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
        let known = weights.get(label);
        if (!known) weights.set(label, (known = { recent: 0, last: 0 }));
        known.recent += weight;
        if (r > 0) return;
        known.last = 1;
        this.ofLast++;
      });
    }
    let squares = 0;
    for (const { recent } of weights.values()) squares += recent * recent;
    this.norm = Math.sqrt(squares);
  }

  /** Calls with the items that share a rare label, once a label: the rarer it is, the more it says. */
  eachSharingRare(visit: (itemKey: number, weight: number) => void): void {
    for (const [label, { recent }] of this.weights) {
      const links = this.tables.labelled.of(label);
      if (!links || links.size >= LABELLED_MAX) continue;
      const weight = (recent * Math.log(RARE_ITEMS / links.size)) / Math.log(RARE_ITEMS);
      for (let i = 0; i < links.size; i++) visit(links.keys[i]!, weight);
    }
  }

  /** Writes the cosine of the item's labels with those of the recent items, and with those of the newest alone. */
  compare(itemKey: number, out: Float32Array, cosineAt: number, lastAt: number): void {
    let own = 0;
    let recent = 0;
    let last = 0;
    if (this.norm > 0)
      this.tables.itemLabels.each(itemKey, (label) => {
        const weight = this.weights.get(label);
        own++;
        recent += weight?.recent ?? 0;
        last += weight?.last ?? 0;
      });
    out[cosineAt] = own > 0 ? recent / (Math.sqrt(own) * this.norm) : 0;
    out[lastAt] = last > 0 ? last / Math.sqrt(own * this.ofLast) : 0;
  }
}
