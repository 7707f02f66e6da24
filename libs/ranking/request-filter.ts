/** A request's filter as a test of one item, and as the lists that hold all items it can let through. */
import type { Item } from '#catalogue';
import type { LabelDimension, LabelList, RecallIndex } from '#recall';
import type { Filter } from './request.js';

export function requestFilter(filter: Filter | undefined): (item: Item) => boolean {
  if (!filter) return () => true;
  const { categories, excludeCategories, tags, brands, priceMin, priceMax } = filter;
  const attributes = Object.entries(filter.attributes ?? {});
  return (item) =>
    (!categories || item.categories.some((category) => categories.includes(category))) &&
    !(excludeCategories && item.categories.some((category) => excludeCategories.includes(category))) &&
    (!tags || item.tags.some((tag) => tags.includes(tag))) &&
    (!brands || (item.brand !== undefined && brands.includes(item.brand))) &&
    (priceMin === undefined || (item.price !== undefined && item.price >= priceMin)) &&
    (priceMax === undefined || (item.price !== undefined && item.price <= priceMax)) &&
    attributes.every(
      ([name, value]) => Object.hasOwn(item.attributes, name) && item.attributes[name] === value,
    );
}

/** The shortest set of lists that together hold every item the filter lets through; undefined when it names no label. */
export function listsWithin(index: RecallIndex, filter: Filter | undefined): LabelList[] | undefined {
  const sets = [
    listsOf(index, 'category', filter?.categories),
    listsOf(index, 'tag', filter?.tags),
    listsOf(index, 'brand', filter?.brands),
  ].filter((lists) => lists !== undefined);
  const length = (lists: LabelList[]): number => lists.reduce((sum, list) => sum + list.size, 0);
  return sets.length === 0 ? undefined : sets.reduce((a, b) => (length(b) < length(a) ? b : a));
}

function listsOf(
  index: RecallIndex,
  dimension: LabelDimension,
  labels: readonly string[] | undefined,
): LabelList[] | undefined {
  return (
    labels &&
    [...new Set(labels)].map((label) => index.listOf(dimension, label)).filter((list) => list !== undefined)
  );
}
