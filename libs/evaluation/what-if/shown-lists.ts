/** Lists that stand in the log only as what was shown: made by somebody else, or by this system where `served` was not kept. */
import { IMPRESSION_ITEMS_MAX, type Impression, type Served } from '#events';
import type { LeftOut } from './what-if-report.js';

/** The list that an impression showed, in the order of its slots; its own id where it names no list. */
export function listShown(event: Impression, modelVersion: string): Served {
  const { kind: _, depth: __, items, ...base } = event;
  return {
    ...base,
    kind: 'served',
    recommendationId: shownListId(event),
    scenario: event.scenario ?? 'default',
    policy: 'unknown',
    modelVersion,
    epoch: 0,
    items: items
      .map(({ itemId, position, propensity }, i) => ({
        itemId,
        position: position ?? i + 1,
        score: 0,
        channel: 'shown',
        // No chance: none is known.
        propensity: propensity ?? NaN,
      }))
      .sort((a, b) => a.position - b.position),
  };
}

/** The list with what another impression of it shows besides: other items, in other slots. */
export function withMore(list: Served, more: Served): Served {
  const others = more.items.filter(
    ({ itemId, position }) =>
      !list.items.some((item) => item.itemId === itemId || item.position === position),
  );
  const items = [...list.items, ...others].slice(0, IMPRESSION_ITEMS_MAX);
  return { ...list, items: items.sort((a, b) => a.position - b.position) };
}

export function shownListId({ recommendationId, eventId }: Impression): Served['recommendationId'] {
  return recommendationId ?? eventId;
}

export function saysChances({ items }: Impression): boolean {
  return items.every(({ propensity }) => propensity !== undefined);
}

/** Products down the list need the chances of all its items, and a chance that another had. */
export function unweighableShown({ items }: Served): LeftOut | undefined {
  if (items.some(({ position, propensity }, i) => position !== i + 1 || Number.isNaN(propensity)))
    return 'no-propensities';
  return items.every(({ propensity }) => propensity === 1) ? 'certain' : undefined;
}
