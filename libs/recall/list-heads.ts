/**
 * The head of each list that somebody has asked for: the best of it by one measure, exactly, kept up to date
 * as the model learns and items come and go. So it depends on the catalogue and the model alone, not on who asked for
 * what before: two hosts, or a host and a replay, find the same.
 *
 * A list's first reading looks at all of it; from then on a change costs a binary search in each of the item's lists
 * that were ever asked for, and a list is looked at again when half of what it keeps has fallen behind the rest.
 */
import type { LabelList } from './label-list.js';
import { ListHead } from './list-head.js';
import type { ListMeasure } from './list-measures.js';
import type { ItemChanges, LiveStatistics } from './live-statistics.js';

const FIRST_SLOTS = 1024;

/** What is read of the index. */
interface ListedSlots {
  slotOf(itemKey: number): number;
  keyOf(slot: number): number;
  /** Visits the lists that the slot stands in. */
  eachListOf(slot: number, visit: (list: LabelList) => void): void;
}

export class ListHeads {
  /** By slot, as the heads have it; NaN: none of its lists has one. */
  private merits = new Float64Array(FIRST_SLOTS).fill(NaN);
  /** Grows when what the heads were read from is no longer what there is. */
  private generation = 0;
  private statistics: LiveStatistics | undefined;
  private changes: ItemChanges | undefined;
  /** Changes that the heads have. */
  private followed = 0;

  constructor(
    private readonly index: ListedSlots,
    private readonly measure: ListMeasure,
  ) {}

  of(list: LabelList, statistics: LiveStatistics): ListHead {
    this.follow(statistics);
    const known = this.headOf(list);
    if (known && !known.kept.needsRefill) return known;
    const { number, headMax } = this.measure;
    const head = (list.heads[number] = known ?? new ListHead(headMax, this.generation));
    head.fill(list.members, this.meritOf);
    return head;
  }

  /** The slot has come to stand in the list. */
  joined(list: LabelList, slot: number): void {
    this.headOf(list)?.kept.add(slot, this.meritOf(slot));
  }

  left(list: LabelList, slot: number): void {
    this.headOf(list)?.kept.remove(slot, this.meritOf(slot));
  }

  /** The slot has left all lists; the next item there is another one. */
  freed(slot: number): void {
    if (slot < this.merits.length) this.merits[slot] = NaN;
  }

  /** Undefined when nobody has asked for it since everything was forgotten. */
  private headOf(list: LabelList): ListHead | undefined {
    const head = list.heads[this.measure.number];
    return head?.generation === this.generation ? head : undefined;
  }

  private follow(statistics: LiveStatistics): void {
    this.statistics = statistics;
    const changes = this.measure.changes(statistics);
    if (changes !== this.changes || !changes.since(this.followed, this.changed)) this.forget();
    this.changes = changes;
    this.followed = changes.count;
  }

  private forget(): void {
    this.generation++;
    this.merits.fill(NaN);
  }

  private readonly changed = (itemKey: number): void => {
    const slot = this.index.slotOf(itemKey);
    const before = slot < 0 || slot >= this.merits.length ? NaN : this.merits[slot]!;
    if (Number.isNaN(before)) return;
    const after = this.measure.of(this.statistics!, itemKey);
    if (after === before) return;
    this.merits[slot] = after;
    this.index.eachListOf(slot, (list) => this.headOf(list)?.kept.move(slot, before, after));
  };

  private readonly meritOf = (slot: number): number => {
    while (slot >= this.merits.length) this.grow();
    const known = this.merits[slot]!;
    if (!Number.isNaN(known)) return known;
    return (this.merits[slot] = this.measure.of(this.statistics!, this.index.keyOf(slot)));
  };

  private grow(): void {
    const wider = new Float64Array(this.merits.length * 2).fill(NaN);
    wider.set(this.merits);
    this.merits = wider;
  }
}
