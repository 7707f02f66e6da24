/** One visit of one visitor: what they are shown, what they click, put in a cart and buy, as events. */
import { asEventId, asItemId, asUserId, type SeededRandom } from '#kernel';
import type { LogEvent } from '#events';
import type { Audience } from './audience.js';
import type { DemoItem } from './catalogue.js';

/** Of clicked items. */
const CART_RATE = 0.25;
/** Of items in a cart. */
const PURCHASE_RATE = 0.4;

export interface ShownSlot {
  readonly item: DemoItem;
  readonly propensity?: number;
}

export interface Visit {
  readonly impression: LogEvent;
  /** In order; clicks first. */
  readonly actions: readonly LogEvent[];
  readonly clicked: number;
}

/** @param visitId unique per visit: all event ids follow from it. @param now event time, ms. */
export function visit(
  audience: Audience,
  random: SeededRandom,
  userId: string,
  visitId: string,
  recommendationId: string,
  shown: readonly ShownSlot[],
  now: number,
): Visit {
  const user = { userId: asUserId(userId), timestamp: now, version: 1 as const };
  const impression: LogEvent = {
    kind: 'impression',
    eventId: asEventId(`${visitId}-shown`),
    ...user,
    recommendationId: asEventId(recommendationId),
    scenario: 'demo',
    items: shown.map((slot, i) => ({
      itemId: asItemId(slot.item.id),
      position: i + 1,
      ...(slot.propensity && { propensity: slot.propensity }),
    })),
  };
  const clicks = audience.clicks(
    userId,
    shown.map((slot) => slot.item),
  );
  const actions: LogEvent[] = [];
  const act = (type: string, slot: number): void => {
    actions.push({
      kind: 'interaction',
      eventId: asEventId(`${visitId}-${type}-${slot}`),
      ...user,
      timestamp: now + 1 + actions.length,
      type,
      itemId: asItemId(shown[slot]!.item.id),
      recommendationId: asEventId(recommendationId),
    });
  };
  for (const slot of clicks) {
    act('click', slot);
    if (random.next() >= CART_RATE) continue;
    act('cart', slot);
    if (random.next() < PURCHASE_RATE) act('purchase', slot);
  }
  return { impression, actions, clicked: clicks.length };
}
