/** The caps per category, brand and seller, together. */
import type { Item } from '#catalogue';
import { LabelCap, WINDOW } from './label-cap.js';
import { FREE, type SlotRule } from './slot-rule.js';
import type { RankingSettings } from './request.js';

/** A candidate may stand where every cap lets it. A cap of a whole window or more is none. */
export function capsOf(items: readonly Item[], settings: RankingSettings): SlotRule {
  const { perCategoryMax, perBrandMax, perSellerMax, sellerAttribute } = settings;
  const caps: SlotRule[] = [];
  const add = (max: number, labelsOf: (item: Item) => readonly string[]): void => {
    if (max < WINDOW) caps.push(capOn(items, max, labelsOf));
  };
  add(perCategoryMax, (item) => item.categories);
  add(perBrandMax, ({ brand }) => (brand === undefined ? [] : [brand]));
  if (sellerAttribute !== '') add(perSellerMax, (item) => sellerOf(item, sellerAttribute));
  return caps.length === 1 ? caps[0]! : caps.length === 0 ? FREE : all(caps);
}

function all(rules: readonly SlotRule[]): SlotRule {
  return {
    reset: () => rules.forEach((rule) => rule.reset()),
    admits: (candidate) => rules.every((rule) => rule.admits(candidate)),
    place: (candidate) => rules.forEach((rule) => rule.place(candidate)),
  };
}

function capOn(items: readonly Item[], max: number, labelsOf: (item: Item) => readonly string[]): LabelCap {
  const ids = new Map<string, number>();
  const idOf = (label: string): number => {
    let id = ids.get(label);
    if (id === undefined) ids.set(label, (id = ids.size));
    return id;
  };
  const labels = items.map((item) => labelsOf(item).map(idOf));
  return new LabelCap(max, (candidate) => labels[candidate]!, ids.size);
}

function sellerOf(item: Item, attribute: string): readonly string[] {
  const seller = Object.hasOwn(item.attributes, attribute) ? item.attributes[attribute] : undefined;
  return typeof seller === 'string' || typeof seller === 'number' ? [String(seller)] : [];
}
