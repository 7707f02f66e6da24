/**
 * One version of one item, ready for recall, features and ranking: labels unique, price banded, hashes
 * computed once. Immutable: a change makes a new Item.
 */
import type { ItemFields, Upsert } from '#events';
import { itemBook, itemHashes, labelBook, type Dimension, type ItemHashes } from '#features';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface Item {
  readonly id: string;
  /** key53 of the id: how learner, records and indexes name the item. */
  readonly key: number;
  /** The id where the publisher gave none. */
  readonly title: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly brand?: string;
  /** In the deployment's one currency. */
  readonly price?: number;
  /** 0 unknown, else 1 + ⌊2·log2(1 + price)⌋: half-octaves of the price. */
  readonly priceBand: number;
  /** As published, but not after it was published, else `firstSeenAt`; ms since the Unix epoch. */
  readonly createdAt: number;
  /** When its first upsert (since the last deletion) was appended or, if earlier, says it happened; ms. */
  readonly firstSeenAt: number;
  /** Readable, never recommended. */
  readonly hidden: boolean;
  readonly attributes: Readonly<Record<string, Json>>;
  readonly embedding?: Float32Array;
  /** LOG sequence of the entry that made this version. */
  readonly since: number;
  readonly hashes: ItemHashes;
}

/** The item after an upsert: `replace` forgets `before`, except when it was first seen; `merge` keeps what is not given. */
export function upsertedItem(
  before: Item | undefined,
  event: Upsert,
  since: number,
  appendedAt: number,
): Item {
  const kept = event.mode === 'merge' ? before : undefined;
  const firstSeenAt = before?.firstSeenAt ?? Math.min(event.timestamp, appendedAt);
  return buildItem(event.itemId, kept, event.fields, firstSeenAt, since, appendedAt);
}

export function hiddenItem(before: Item, since: number): Item {
  return { ...before, hidden: true, since };
}

export function priceBandOf(price: number | undefined): number {
  return price === undefined ? 0 : 1 + Math.floor(Math.log2(1 + price) * 2);
}

const NO_ATTRIBUTES: Item['attributes'] = Object.freeze({});

function buildItem(
  id: string,
  kept: Item | undefined,
  fields: ItemFields,
  firstSeenAt: number,
  since: number,
  appendedAt: number,
): Item {
  const price = fields.price ?? kept?.price;
  const labels = {
    id,
    categories: fields.categories ? known(0, fields.categories) : (kept?.categories ?? []),
    tags: fields.tags ? known(1, fields.tags) : (kept?.tags ?? []),
    brand: fields.brand === undefined ? kept?.brand : labelBook.shared(2, fields.brand),
    priceBand: priceBandOf(price),
    attributes: fields.attributes ?? kept?.attributes ?? NO_ATTRIBUTES,
  };
  return {
    id,
    key: itemBook.key(itemBook.admit(id)),
    title: fields.title ?? kept?.title ?? id,
    categories: labels.categories,
    tags: labels.tags,
    brand: labels.brand,
    priceBand: labels.priceBand,
    price,
    createdAt: Math.min(fields.createdAt ?? kept?.createdAt ?? firstSeenAt, appendedAt),
    firstSeenAt,
    hidden: fields.hidden ?? kept?.hidden ?? false,
    attributes: labels.attributes,
    embedding: fields.embedding ? embeddingOf(fields.embedding) : kept?.embedding,
    since,
    hashes: itemHashes(labels),
  };
}

/** Each label once, as the one text that all items share. */
function known(dimension: Dimension, labels: readonly string[]): readonly string[] {
  return [...new Set(labels)].map((label) => labelBook.shared(dimension, label));
}

/** An empty list takes the embedding away. */
function embeddingOf(values: readonly number[]): Float32Array | undefined {
  return values.length === 0 ? undefined : Float32Array.from(values);
}
