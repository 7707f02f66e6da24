/**
 * What features and interests read of an item. libs/catalogue's Item satisfies ItemSignals, its Catalogue
 * ItemLookup. The hashes are made once per item version, never during extraction.
 *
 * A host has all items of the catalogue in memory: hashes stand in plain arrays of numbers, 8 bytes each (typed ones take 200 more), and
 * names are made when somebody asks for them.
 */
import { RATING_LABELS_MAX } from '#events';
import { combine32, fnv1a32 } from '#kernel';
import { labelHash, priceBandLabel, SEEDS } from './dimensions.js';
import { FAMILY, plainIndex, ratedIndex } from './families.js';
import { labelBook } from './label-book.js';
import { warp } from './scales.js';

/** Numeric attributes with this prefix become features. */
export const NUMERIC_ATTRIBUTE_PREFIX = 'f_';
/** Numeric attributes used per item, in order of their names. */
export const NUMERIC_ATTRIBUTES_MAX = 12;
/** Labels used per item: the first ones given. */
export const CATEGORIES_USED_MAX = 6;
export const TAGS_USED_MAX = 12;

export interface ItemHashes {
  /** Feature index of the item itself. */
  readonly id: number;
  /** Feature indices of the labels; 0 where the item has none. */
  readonly categories: readonly number[];
  readonly tags: readonly number[];
  readonly brand: number;
  readonly price: number;
  readonly names: LabelNames;
  /** Of the categories, then the tags: what engagements carry. */
  readonly first: readonly number[];
  /** Everything that depends on the item alone, ready to be copied into a vector; the item itself comes first. */
  readonly own: OwnFeatures;
}

/** Numbers of the labels in the process's book (label-book.ts); −1 where the item has none. */
export interface LabelNames {
  readonly categories: readonly number[];
  readonly tags: readonly number[];
  readonly brand: number;
  readonly price: number;
}

export interface OwnFeatures {
  readonly indices: readonly number[];
  /** 32-bit floats. */
  readonly values: readonly number[];
}

export interface ItemSignals {
  readonly id: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly brand?: string;
  readonly priceBand: number;
  /** ms since the Unix epoch. */
  readonly createdAt: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly embedding?: Float32Array;
  readonly hashes: ItemHashes;
}

export interface ItemLookup {
  /** The item as it was after LOG sequence `sequence`; undefined if unknown or deleted then. */
  at(itemId: string, sequence: number): ItemSignals | undefined;
}

export type HashedFields = Pick<
  ItemSignals,
  'id' | 'categories' | 'tags' | 'brand' | 'priceBand' | 'attributes'
>;

export function itemHashes(fields: HashedFields): ItemHashes {
  const categories = fields.categories.map((label) => labelHash(0, label));
  const tags = fields.tags.map((label) => labelHash(1, label));
  const labels = {
    id: itemHash(fields.id),
    categories,
    tags,
    brand: fields.brand === undefined ? 0 : labelHash(2, fields.brand),
    price: fields.priceBand === 0 ? 0 : labelHash(3, priceBandLabel(fields.priceBand)),
  };
  const own = ownFeatures(fields, labels);
  // Name by name: a spread would give each object a hidden class of its own, and every look at one would miss the caches.
  return {
    id: labels.id,
    categories,
    tags,
    brand: labels.brand,
    price: labels.price,
    names: labelNames(fields),
    first: [...categories, ...tags].slice(0, RATING_LABELS_MAX),
    own: {
      indices: own.map(({ index }) => index),
      values: own.map(({ value }) => Math.fround(value)),
    },
  };
}

/** A name for each of the item's own features. */
export function ownNames(item: ItemSignals): string[] {
  return ownFeatures(item, item.hashes).map(({ name }) => name);
}

function labelNames({ categories, tags, brand, priceBand }: HashedFields): LabelNames {
  return {
    categories: categories.map((label) => labelBook.idOf(0, label)),
    tags: tags.map((label) => labelBook.idOf(1, label)),
    brand: brand === undefined ? -1 : labelBook.idOf(2, brand),
    price: priceBand === 0 ? -1 : labelBook.idOf(3, priceBandLabel(priceBand)),
  };
}

/** The feature index of an item by id alone: all that is known of an item absent from the catalogue. */
export function itemHash(itemId: string): number {
  return combine32(SEEDS.item, fnv1a32(itemId));
}

/** Labels of one dimension share a length of 1, so that an item with many tags is not louder than one with few. */
function ownFeatures(
  fields: HashedFields,
  hashes: Pick<ItemHashes, 'id' | 'categories' | 'tags' | 'brand' | 'price'>,
): Feature[] {
  const features: Feature[] = [{ index: plainIndex(hashes.id), value: 1, name: 'item' }];
  const labels = (
    name: 'category' | 'tag',
    texts: readonly string[],
    indices: readonly number[],
    max: number,
  ) => {
    const used = Math.min(max, indices.length);
    for (let i = 0; i < used; i++) {
      const index = ratedIndex(FAMILY[name], indices[i]!);
      features.push({ index, value: 1 / Math.sqrt(used), name: `${name} ${texts[i]}` });
    }
  };
  labels('category', fields.categories, hashes.categories, CATEGORIES_USED_MAX);
  if (hashes.brand !== 0)
    features.push({
      index: ratedIndex(FAMILY.brand, hashes.brand),
      value: 1,
      name: `brand ${fields.brand}`,
    });
  if (hashes.price !== 0)
    features.push({ index: ratedIndex(FAMILY.price, hashes.price), value: 1, name: 'price' });
  features.push(...attributeFeatures(fields.attributes ?? {}));
  labels('tag', fields.tags, hashes.tags, TAGS_USED_MAX);
  return features;
}

interface Feature {
  readonly index: number;
  readonly value: number;
  readonly name: string;
}

/**
 * A numeric attribute becomes two features: the knots of the warped axis on both sides of the value, weighted by
 * nearness (they sum to 1). A linear model over them is piecewise linear in the attribute, whatever its scale.
 */
function attributeFeatures(attributes: Readonly<Record<string, unknown>>): Feature[] {
  return Object.keys(attributes)
    .filter((name) => name.startsWith(NUMERIC_ATTRIBUTE_PREFIX) && Number.isFinite(attributes[name]))
    .sort()
    .slice(0, NUMERIC_ATTRIBUTES_MAX)
    .flatMap((attribute) => {
      const place = warp(attributes[attribute] as number); // filtered above: a finite number
      const knot = Math.floor(place);
      const seed = combine32(SEEDS.attribute, fnv1a32(attribute));
      const name = attribute.slice(NUMERIC_ATTRIBUTE_PREFIX.length);
      return [
        { index: plainIndex(combine32(seed, knot)), value: 1 - (place - knot), name },
        { index: plainIndex(combine32(seed, knot + 1)), value: place - knot, name },
      ];
    });
}
