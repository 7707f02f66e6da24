/**
 * The lists lately served to the user: an impression of one of them inherits the propensities its publisher
 * did not send.
 */
import { SERVED_LISTS_MAX } from './limits.js';
import type { StateReader, StateWriter } from './state-writer.js';

export interface ServedList {
  /** key53 of the recommendation id. */
  readonly listKey: number;
  readonly at: number;
  readonly itemKeys: readonly number[];
  /** 32-bit floats. */
  readonly propensities: readonly number[];
}

export class ServedLists {
  private lists: ServedList[] = [];

  get size(): number {
    return this.lists.length;
  }

  find(listKey: number): ServedList | undefined {
    return listKey === 0 ? undefined : this.lists.find((list) => list.listKey === listKey);
  }

  add(list: ServedList): void {
    this.lists = this.lists.filter((other) => other.listKey !== list.listKey);
    this.lists.push(list);
    if (this.lists.length > SERVED_LISTS_MAX) this.lists.shift();
  }

  absorb(other: ServedLists): void {
    this.lists = [...other.lists, ...this.lists].slice(-SERVED_LISTS_MAX);
  }

  write(out: StateWriter): void {
    out.count(this.lists.length);
    for (const list of this.lists) {
      out.f64(list.listKey);
      out.count(list.at);
      out.count(list.itemKeys.length);
      out.f64s(list.itemKeys);
      out.f32s(list.propensities);
    }
  }

  static read(from: StateReader): ServedLists {
    const served = new ServedLists();
    const n = from.size(10);
    for (let i = 0; i < n; i++) {
      const listKey = from.f64();
      const at = from.count();
      const size = from.size(12);
      served.lists.push({ listKey, at, itemKeys: from.f64s(size), propensities: from.f32s(size) });
    }
    return served;
  }
}
