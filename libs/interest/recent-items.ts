/**
 * The items the user lately acted on with a positive weight, by event time, the newest last, each once:
 * what co-visitation, item-item features and "nothing twice" read.
 */
import type { RecentSignals } from '#features';
import type { StateReader, StateWriter } from './state-writer.js';

export interface RecentItem {
  id: string;
  key: number;
  hash: number;
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
  categories: number[] = [];
  times: number[] = [];
  /** Largest weight with which the item was acted on. */
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
        this.weights[before] = item.weight;
        return;
      }
      this.removeAt(before);
    }
    let place = this.times.length;
    while (place > 0 && this.times[place - 1]! > item.at) place--;
    this.insertAt(place, item);
    while (this.ids.length > max) this.removeAt(0);
  }

  absorb(other: RecentItems, typeOf: (row: number) => number, max: number): void {
    for (let i = 0; i < other.ids.length; i++) {
      this.add(
        {
          id: other.ids[i]!,
          key: other.keys[i]!,
          hash: other.hashes[i]!,
          category: other.categories[i]!,
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
    out.f64s(this.keys);
    out.u32s(this.hashes);
    out.u32s(this.categories);
    out.series(this.times);
    out.f64s(this.weights);
    out.counts(this.types);
  }

  static read(from: StateReader): RecentItems {
    const recents = new RecentItems();
    const n = from.size(27);
    recents.ids = from.texts(n);
    recents.keys = from.f64s(n);
    recents.hashes = from.u32s(n);
    recents.categories = from.u32s(n);
    recents.times = from.series(n);
    recents.weights = from.f64s(n);
    recents.types = from.counts(n);
    return recents;
  }

  private insertAt(place: number, item: RecentItem): void {
    this.ids.splice(place, 0, item.id);
    this.keys.splice(place, 0, item.key);
    this.hashes.splice(place, 0, item.hash);
    this.categories.splice(place, 0, item.category);
    this.times.splice(place, 0, item.at);
    this.weights.splice(place, 0, item.weight);
    this.types.splice(place, 0, item.type);
  }

  private removeAt(place: number): void {
    for (const column of [this.ids, this.keys, this.hashes, this.categories, this.times, this.weights, this.types]) {
      column.splice(place, 1);
    }
  }
}
