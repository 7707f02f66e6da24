/**
 * The catalogue: a fold of `log.item`, with enough history to answer "how was this item at sequence s",
 * so that a reader that catches up late extracts the features an earlier reader saw.
 *
 * Promises: entries at or before `through`, and event ids among the last EVENT_IDS_MAX, change nothing;
 * `at()` is exact for every sequence from the last compaction's floor on. Deleted means absent; hidden items
 * stay readable. It reads no clock and keeps no order of its own: same entries, same answers.
 */
import { comparePositions, type LogPosition } from '#kernel';
import type { ItemEvent } from '#events';
import { EventMemory } from './event-memory.js';
import { hiddenItem, upsertedItem, type Item } from './item.js';
import { VersionChain } from './version-chain.js';

/** Item event ids remembered for dedupe: the horizon is this many item events. */
export const EVENT_IDS_MAX = 262_144;

export interface CatalogueView {
  /** The item as it was after the entry at `sequence`; undefined if unknown or deleted then. */
  at(itemId: string, sequence: number): Item | undefined;
}

/** Told after each change. `before` undefined: created; `after` undefined: deleted. */
export type CatalogueListener = (before: Item | undefined, after: Item | undefined) => void;

export class Catalogue implements CatalogueView {
  private readonly chains = new Map<string, VersionChain>();
  private readonly ids = new Map<number, string>();
  private readonly seen: EventMemory;
  private readonly listeners = new Set<CatalogueListener>();
  private present = 0;
  private position: LogPosition = { sequence: 0, index: -1 };

  constructor(eventIdsMax = EVENT_IDS_MAX) {
    this.seen = new EventMemory(eventIdsMax);
  }

  /** Items present now, hidden ones included. */
  get size(): number {
    return this.present;
  }

  /** Position of the last entry folded. */
  get through(): LogPosition {
    return this.position;
  }

  /** Folds one item event. @param appendedAt the server's time of the entry, ms. */
  apply(event: ItemEvent, position: LogPosition, appendedAt: number): void {
    if (comparePositions(position, this.position) <= 0) return;
    this.position = { sequence: position.sequence, index: position.index };
    if (!this.seen.admit(event.eventId)) return;
    const before = this.get(event.itemId);
    const after = evolve(before, event, position.sequence, appendedAt);
    if (after !== before) this.put(event.itemId, before, after, position.sequence);
  }

  get(itemId: string): Item | undefined {
    return this.chains.get(itemId)?.current;
  }

  byKey(key: number): Item | undefined {
    const id = this.ids.get(key);
    return id === undefined ? undefined : this.get(id);
  }

  at(itemId: string, sequence: number): Item | undefined {
    return this.chains.get(itemId)?.at(sequence);
  }

  /** The items present now, hidden ones included, in no promised order. */
  *values(): IterableIterator<Item> {
    for (const chain of this.chains.values()) {
      const item = chain.current;
      if (item) yield item;
    }
  }

  /** Drops versions that no `at(…, sequence ≥ floorSequence)` can answer with. */
  compact(floorSequence: number): void {
    for (const [id, chain] of this.chains) {
      if (!chain.compact(floorSequence)) this.chains.delete(id);
    }
    for (const [key, id] of this.ids) {
      if (!this.chains.has(id)) this.ids.delete(key);
    }
  }

  /** Versions held, for the memory metric. */
  versions(): number {
    let count = 0;
    for (const chain of this.chains.values()) count += chain.length;
    return count;
  }

  /** @returns how to stop listening. */
  subscribe(listener: CatalogueListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private put(itemId: string, before: Item | undefined, after: Item | undefined, sequence: number): void {
    let chain = this.chains.get(itemId);
    if (!chain) this.chains.set(itemId, (chain = new VersionChain()));
    chain.put(sequence, after);
    if (after) this.ids.set(after.key, itemId);
    this.present += (after ? 1 : 0) - (before ? 1 : 0);
    for (const listener of this.listeners) listener(before, after);
  }
}

/** The item after the event: total, so every event has an outcome. Hiding or deleting what is absent changes nothing. */
function evolve(
  before: Item | undefined,
  event: ItemEvent,
  since: number,
  appendedAt: number,
): Item | undefined {
  switch (event.kind) {
    case 'upsert':
      return upsertedItem(before, event, since, appendedAt);
    case 'hide':
      return before && hiddenItem(before, since);
    case 'delete':
      return undefined;
  }
}
