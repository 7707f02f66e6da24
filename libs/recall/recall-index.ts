/**
 * The catalogue turned inside out: for each category, tag, brand and price band the visible items under it,
 * kept by listening to changes. Items live in dense integer slots, so that a request works on typed arrays.
 *
 * Promises: holds exactly the visible items; a change costs the lists whose labels change, never the catalogue
 * (but for a refill of the newest after many removals). Ranking reads through it and writes nothing but what follows
 * from the statistics: heads, and that items are no longer `unproven`.
 */
import { widened } from '#kernel';
import type { Catalogue, Item } from '#catalogue';
import { DIMENSIONS, priceBandLabel } from '#features';
import { EmbeddingSpaces } from './embedding-spaces.js';
import { LabelList } from './label-list.js';
import type { ListHead } from './list-head.js';
import { ListHeads } from './list-heads.js';
import { popularityIn, PROVEN_CTR } from './list-measures.js';
import type { LiveStatistics } from './live-statistics.js';
import { NewestList } from './newest-list.js';
import { SlotByKey } from './slot-by-key.js';
import { SlotPool } from './slot-pool.js';
import type { LabelDimension } from './taste.js';

const NEWEST_KEPT = 256;
const FIRST_SLOTS = 1024;
const FIRST_LISTS = 256;

export class RecallIndex {
  /** Every visible item. */
  readonly everything = new LabelList(0, 'all', '');
  /** By `createdAt`. */
  readonly newest = new NewestList(NEWEST_KEPT);
  /** By `firstSeenAt`: an old film that came in today. */
  readonly arrivals = new NewestList(NEWEST_KEPT);
  /** Those that were not yet found to have evidence. */
  readonly unproven = new SlotPool();
  readonly embeddings = new EmbeddingSpaces();
  private readonly best = new ListHeads(this, PROVEN_CTR);
  /** By the number of the half-life, once somebody asks for it. */
  private readonly popular: ListHeads[] = [];
  /** All of these. */
  private readonly heads: ListHeads[] = [this.best];
  private readonly items: (Item | undefined)[] = [];
  private readonly labels: Int32Array[] = [];
  private readonly slots = new SlotByKey();
  /** Of each slot's item; a slot that is free keeps its last one's. */
  private keys = new Float64Array(FIRST_SLOTS);
  private readonly freeSlots: number[] = [];
  private readonly lists: (LabelList | undefined)[] = [this.everything];
  /** By list id; that of `everything` means nothing. */
  private dimensions = new Uint8Array(FIRST_LISTS);
  private readonly freeLists: number[] = [];
  private readonly byLabel: Record<LabelDimension, Map<string, LabelList>> = {
    category: new Map(),
    tag: new Map(),
    brand: new Map(),
    price: new Map(),
  };
  private readonly stopListening: () => void;

  constructor(catalogue: Catalogue) {
    for (const item of catalogue.values()) this.change(undefined, item);
    this.stopListening = catalogue.subscribe((before, after) => this.change(before, after));
  }

  /** Visible items. */
  get size(): number {
    return this.everything.size;
  }

  /** Slots are below this. */
  get slotCount(): number {
    return this.items.length;
  }

  /** List ids are below this. */
  get listCount(): number {
    return this.lists.length;
  }

  /** −1 when the item is unknown, hidden or deleted. */
  slotOf(itemKey: number): number {
    return this.slots.get(itemKey);
  }

  /** Undefined for a slot that is free now. */
  item(slot: number): Item | undefined {
    return this.items[slot];
  }

  /** key53 of the item of a slot that is not free. */
  keyOf(slot: number): number {
    return this.keys[slot]!;
  }

  /** Ids of the lists an item stands in. */
  labelsOf(slot: number): Int32Array {
    return this.labels[slot]!;
  }

  list(id: number): LabelList {
    return this.lists[id]!;
  }

  /** Index into DIMENSIONS of a list of labels. */
  dimensionOf(id: number): number {
    return this.dimensions[id]!;
  }

  listOf(dimension: LabelDimension, label: string): LabelList | undefined {
    return this.byLabel[dimension].get(label);
  }

  /** The best of the list by proven click-through rate. Holds until the statistics or the catalogue change. */
  headOf(list: LabelList, statistics: LiveStatistics): ListHead {
    return this.best.of(list, statistics);
  }

  /**
   * The most popular of the list now: those that anybody engaged with. Holds until the statistics or the catalogue change.
   * @param window number of the half-life
   */
  trendingOf(list: LabelList, statistics: LiveStatistics, window: number): ListHead {
    let popular = this.popular[window];
    if (!popular) {
      popular = this.popular[window] = new ListHeads(this, popularityIn(window));
      this.heads.push(popular);
    }
    return popular.of(list, statistics);
  }

  eachListOf(slot: number, visit: (list: LabelList) => void): void {
    visit(this.everything);
    for (const id of this.labels[slot]!) visit(this.lists[id]!);
  }

  /** Whether the slot stands in the list. */
  holds(list: LabelList, slot: number): boolean {
    if (this.items[slot] === undefined) return false;
    if (list.dimension === 'all') return true;
    const labels = this.labels[slot]!;
    for (let i = 0; i < labels.length; i++) if (labels[i] === list.id) return true;
    return false;
  }

  /** Work put off for the graphs of embeddings. @returns what was done of it */
  tend(rowsMax: number): number {
    return this.embeddings.tend(rowsMax);
  }

  close(): void {
    this.stopListening();
  }

  private change(before: Item | undefined, after: Item | undefined): void {
    const was = before && !before.hidden ? this.slotOf(before.key) : -1;
    const visible = after && !after.hidden ? after : undefined;
    if (was < 0 && visible) this.insert(visible);
    else if (was >= 0 && visible) this.replace(was, visible);
    else if (was >= 0) this.remove(was);
  }

  private insert(item: Item): void {
    const slot = this.freeSlots.pop() ?? this.items.length;
    this.slots.set(item.key, slot);
    if (slot >= this.keys.length) this.keys = widened(this.keys);
    this.keys[slot] = item.key;
    this.items[slot] = item;
    this.labels[slot] = new Int32Array(0);
    this.join(this.everything, slot);
    this.unproven.add(slot);
    this.relabel(slot, item);
    this.place(slot, item);
  }

  private replace(slot: number, item: Item): void {
    const before = this.items[slot]!;
    this.items[slot] = item;
    this.relabel(slot, item);
    if (
      before.createdAt === item.createdAt &&
      before.firstSeenAt === item.firstSeenAt &&
      before.embedding === item.embedding
    )
      return;
    this.displace(slot, before);
    this.place(slot, item);
    this.restock();
  }

  private remove(slot: number): void {
    const item = this.items[slot]!;
    for (const id of this.labels[slot]!) this.leave(id, slot);
    this.leave(this.everything.id, slot);
    for (const heads of this.heads) heads.freed(slot);
    this.unproven.remove(slot);
    this.slots.delete(item.key);
    this.items[slot] = undefined;
    this.displace(slot, item);
    this.restock();
    this.freeSlots.push(slot);
  }

  /** Moves the slot between lists where its labels differ from those it had. */
  private relabel(slot: number, item: Item): void {
    const before = this.labels[slot]!;
    const after = Int32Array.from(
      DIMENSIONS.flatMap((dimension) =>
        labelsIn(item, dimension).map((label) => this.listFor(dimension, label).id),
      ),
    );
    for (const id of after) if (!before.includes(id)) this.join(this.list(id), slot);
    this.labels[slot] = after;
    for (const id of before) if (!after.includes(id)) this.leave(id, slot);
  }

  private join(list: LabelList, slot: number): void {
    list.members.add(slot);
    for (const heads of this.heads) heads.joined(list, slot);
  }

  private leave(id: number, slot: number): void {
    const list = this.list(id);
    list.members.remove(slot);
    for (const heads of this.heads) heads.left(list, slot);
    if (list.size > 0 || list.dimension === 'all') return;
    this.byLabel[list.dimension].delete(list.label);
    this.lists[id] = undefined;
    this.freeLists.push(id);
  }

  private listFor(dimension: LabelDimension, label: string): LabelList {
    let list = this.byLabel[dimension].get(label);
    if (!list) {
      list = new LabelList(this.freeLists.pop() ?? this.lists.length, dimension, label);
      this.lists[list.id] = list;
      if (list.id >= this.dimensions.length) this.dimensions = widened(this.dimensions);
      this.dimensions[list.id] = DIMENSIONS.indexOf(dimension);
      this.byLabel[dimension].set(label, list);
    }
    return list;
  }

  private place(slot: number, item: Item): void {
    this.newest.add(slot, item.createdAt);
    this.arrivals.add(slot, item.firstSeenAt);
    if (item.embedding) this.embeddings.add(slot, item.embedding);
  }

  private displace(slot: number, item: Item): void {
    if (item.embedding) this.embeddings.remove(slot, item.embedding);
    this.newest.remove(slot);
    this.arrivals.remove(slot);
  }

  /** Once every visible item stands where it belongs: a refill finds all of them. */
  private restock(): void {
    if (this.newest.needsRefill) this.refill(this.newest, (other) => other.createdAt);
    if (this.arrivals.needsRefill) this.refill(this.arrivals, (other) => other.firstSeenAt);
  }

  private refill(list: NewestList, timeOf: (item: Item) => number): void {
    list.clear();
    for (let i = 0; i < this.everything.size; i++) {
      const slot = this.everything.members.at(i);
      list.add(slot, timeOf(this.items[slot]!));
    }
  }
}

function labelsIn(item: Item, dimension: LabelDimension): readonly string[] {
  switch (dimension) {
    case 'category':
      return item.categories;
    case 'tag':
      return item.tags;
    case 'brand':
      return item.brand === undefined ? [] : [item.brand];
    case 'price':
      return item.priceBand === 0 ? [] : [priceBandLabel(item.priceBand)];
  }
}
