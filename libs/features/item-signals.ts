/**
 * What features and interests read of an item. libs/catalogue's Item satisfies ItemSignals, its Catalogue
 * ItemLookup. The hashes are made once per item version, never during extraction.
 */
import { combine32, fnv1a32 } from '#kernel';
import { labelHash, priceBandLabel, SEEDS } from './dimensions.js';
import { warp } from './scales.js';

/** Numeric attributes with this prefix become features. */
export const NUMERIC_ATTRIBUTE_PREFIX = 'f_';
/** Numeric attributes used per item, in order of their names. */
export const NUMERIC_ATTRIBUTES_MAX = 12;

export interface ItemHashes {
  /** Feature index of the item itself. */
  readonly id: number;
  /** Feature indices of the labels; 0 where the item has none. */
  readonly categories: Uint32Array;
  readonly tags: Uint32Array;
  readonly brand: number;
  readonly price: number;
  /** Numeric attributes, two neighbouring knots each: see `attributeKnots`. */
  readonly attributes?: AttributeKnots;
}

export interface AttributeKnots {
  readonly indices: Uint32Array;
  readonly values: Float32Array;
  readonly names: readonly string[];
}

export interface ItemSignals {
  readonly id: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly brand?: string;
  readonly priceBand: number;
  /** ms since the Unix epoch. */
  readonly createdAt: number;
  readonly embedding?: Float32Array;
  readonly hashes: ItemHashes;
}

export interface ItemLookup {
  /** The item as it was after LOG sequence `sequence`; undefined if unknown or deleted then. */
  at(itemId: string, sequence: number): ItemSignals | undefined;
}

export interface HashedFields {
  readonly itemId: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly brand?: string;
  /** 0 when unknown. */
  readonly priceBand: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export function itemHashes(fields: HashedFields): ItemHashes {
  return {
    id: itemHash(fields.itemId),
    categories: Uint32Array.from(fields.categories, (label) => labelHash(0, label)),
    tags: Uint32Array.from(fields.tags, (label) => labelHash(1, label)),
    brand: fields.brand === undefined ? 0 : labelHash(2, fields.brand),
    price: fields.priceBand === 0 ? 0 : labelHash(3, priceBandLabel(fields.priceBand)),
    attributes: attributeKnots(fields.attributes ?? {}),
  };
}

/** The feature index of an item by id alone: all that is known of an item absent from the catalogue. */
export function itemHash(itemId: string): number {
  return combine32(SEEDS.item, fnv1a32(itemId));
}

/**
 * A numeric attribute becomes two features: the knots of the warped axis on both sides of the value, weighted by
 * nearness (they sum to 1). A linear model over them is piecewise linear in the attribute, whatever its scale.
 */
function attributeKnots(attributes: Readonly<Record<string, unknown>>): AttributeKnots | undefined {
  const names = Object.keys(attributes)
    .filter((name) => name.startsWith(NUMERIC_ATTRIBUTE_PREFIX) && Number.isFinite(attributes[name]))
    .sort()
    .slice(0, NUMERIC_ATTRIBUTES_MAX);
  if (names.length === 0) return undefined;
  const indices = new Uint32Array(names.length * 2);
  const values = new Float32Array(names.length * 2);
  names.forEach((name, i) => {
    const place = warp(attributes[name] as number); // filtered above: a finite number
    const knot = Math.floor(place);
    const seed = combine32(SEEDS.attribute, fnv1a32(name));
    indices[2 * i] = combine32(seed, knot);
    values[2 * i] = 1 - (place - knot);
    indices[2 * i + 1] = combine32(seed, knot + 1);
    values[2 * i + 1] = place - knot;
  });
  return { indices, values, names };
}
