/**
 * The items the user lately acted on with a positive weight, by event time, the newest last, each once:
 * what co-visitation, item-item features and "nothing twice" read.
 */
import { key53 } from '#kernel';
import { itemHash, type RecentSignals } from '#features';
import { insertAt, removeAt } from './columns.js';
import type { StateReader, StateWriter } from './state-writer.js';

export interface RecentItem {
  id: string;
  /** key53 of the id. */
  key: number;
  /** Feature index of the item. */
  hash: number;
  /** Feature index of its first category, or 0. */
  category: number;
  at: number;
  weight: number;
  type: number;
}

export class RecentItems implements RecentSignals {
  ids: string[] = [];
  /** key53 of the ids. */
  keys: number[] = [];
  hashes: number[] = [];
  lastCategory = 0;
  times: number[] = [];
  /** Largest weight with which the item was acted on, rounded to 32 bits. */
  weights: number[] = [];
  /** Row of the type table of the newest action. */
  types: number[] = [];

  get size(): number {
    return this.ids.length;
  }

  /** A repeated item moves to its newest time and keeps its largest weight. */
  add(item: RecentItem, max: number): void {
    const before = this.keys.indexOf(item.key);
    if (before >= 0) {
      item.weight = Math.max(item.weight, this.weights[before]!);
      if (this.times[before]! > item.at) {
        this.weights[before] = Math.fround(item.weight);
        return;
      }
      this.remove(before);
    }
    let place = this.times.length;
    while (place > 0 && this.times[place - 1]! > item.at) place--;
    if (place === this.times.length) this.lastCategory = item.category;
    this.insert(place, item);
    while (this.ids.length > max) this.remove(0);
  }

  absorb(other: RecentItems, typeOf: (row: number) => number, max: number): void {
    for (let i = 0; i < other.ids.length; i++) {
      this.add(
        {
          id: other.ids[i]!,
          key: other.keys[i]!,
          hash: other.hashes[i]!,
          category: i === other.ids.length - 1 ? other.lastCategory : 0,
          at: other.times[i]!,
          weight: other.weights[i]!,
          type: typeOf(other.types[i]!),
        },
        max,
      );
    }
  }

  write(out: StateWriter): void {
    out.count(this.ids.length);
    for (const id of this.ids) out.text(id);
    out.u32(this.lastCategory);
    out.series(this.times);
    out.f32s(this.weights);
    out.counts(this.types);
  }

  static read(from: StateReader): RecentItems {
    const recents = new RecentItems();
    const n = from.size(7);
    recents.ids = from.texts(n);
    recents.keys = recents.ids.map(key53);
    recents.hashes = recents.ids.map(itemHash);
    recents.lastCategory = from.u32();
    recents.times = from.series(n);
    recents.weights = from.f32s(n);
    recents.types = from.counts(n);
    return recents;
  }

  private insert(place: number, item: RecentItem): void {
    insertAt(this.ids, place, item.id);
    insertAt(this.keys, place, item.key);
    insertAt(this.hashes, place, item.hash);
    insertAt(this.times, place, item.at);
    insertAt(this.weights, place, Math.fround(item.weight));
    insertAt(this.types, place, item.type);
  }

  private remove(place: number): void {
    removeAt(this.ids, place);
    removeAt(this.keys, place);
    removeAt(this.hashes, place);
    removeAt(this.times, place);
    removeAt(this.weights, place);
    removeAt(this.types, place);
  }
}
