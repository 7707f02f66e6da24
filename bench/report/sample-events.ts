/** Clicks of about 268 bytes of JSON by 10,000 users on 10,000 items, the same at every run. */
import { asEventId, asUserId, SeededRandom } from '#kernel';
import type { LogEvent } from '#events';

const USERS = 10_000;
const ITEMS = 10_000;
const START = 1_700_000_000_000;

export function sampleEvents(count: number, run: string): LogEvent[] {
  const random = new SeededRandom(1);
  return Array.from({ length: count }, (_, i) => ({
    kind: 'interaction' as const,
    eventId: asEventId(`01hf8zq4-${run}-${i.toString(36).padStart(12, '0')}`),
    userId: asUserId(`user-${String(random.below(USERS)).padStart(8, '0')}`),
    timestamp: START + i,
    version: 1 as const,
    type: 'click',
    itemId: `item-${String(random.below(ITEMS)).padStart(8, '0')}`,
    recommendationId: `rec-${i.toString(36).padStart(16, '0')}`,
    context: { device: 'mobile', country: 'de', page: '/shop' },
  }));
}
