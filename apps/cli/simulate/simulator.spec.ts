import { SeededRandom } from '#kernel';
import { parseEvent, type LogEvent } from '#events';
import type { GatewayClient } from '../gateway-client.js';
import { Audience } from './audience.js';
import { demoCatalogue } from './catalogue.js';
import { RecentRates } from './recent-rates.js';
import { Simulator } from './simulator.js';
import { visit } from './visit.js';

const items = demoCatalogue();

describe('a visit', () => {
  it('is made of valid events in order of time, with ids that follow from the visit', () => {
    const audience = new Audience(5, items, new SeededRandom(2));
    const shown = items.map((item) => ({ item, propensity: 0.5 })).slice(0, 100);
    const { impression, actions, clicked } = visit(
      audience,
      new SeededRandom(3),
      'visitor-1',
      'v1',
      'list-1',
      shown,
      1_700_000_000_000,
    );
    expect(clicked).toBeGreaterThan(0);
    for (const event of [impression, ...actions])
      expect(parseEvent(JSON.parse(JSON.stringify(event)))).toMatchObject({ ok: true });
    const ids = [impression, ...actions].map((e) => e.eventId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(actions.every((a) => a.timestamp > impression.timestamp)).toBe(true);
  });
});

describe('rates', () => {
  it('compare the first span with the last', () => {
    const rates = new RecentRates(2);
    [
      [0, 10, 1],
      [1, 10, 1],
      [5, 10, 4],
      [6, 10, 6],
    ].forEach(([s, shown, clicked]) => rates.record(s!, shown!, clicked!));
    expect([rates.first(), rates.last(), rates.overall()]).toEqual([0.1, 0.5, 0.3]);
  });
});

describe('a simulator', () => {
  it('sends what it promised, re-asking a gateway that fails now and then', async () => {
    const received: LogEvent[] = [];
    let asked = 0;
    const gateway = {
      recommendations: (user: string, n: number) => {
        if (++asked % 7 === 0) return Promise.reject(new Error('restarting'));
        return Promise.resolve({
          recommendationId: `r-${user}-${asked}`,
          modelVersion: 'm',
          items: items.slice(0, n).map((item) => ({ itemId: item.id, propensity: 1 })),
        });
      },
      events: (batch: LogEvent[]) => {
        received.push(...batch);
        return Promise.resolve({ accepted: batch.length, rejected: [], seq: received.length });
      },
    } as unknown as GatewayClient;
    const trouble: unknown[] = [];
    const simulator = new Simulator(gateway, items, {
      users: 20,
      seed: 5,
      rate: 0,
      events: 60,
      concurrency: 4,
      blind: false,
      signal: new AbortController().signal,
      onTrouble: (e) => trouble.push(e),
    });
    await simulator.play();
    expect(simulator.outbox.accepted).toBe(received.length);
    expect(received.length).toBe(simulator.sent);
    expect(received.length).toBeGreaterThanOrEqual(60);
    expect(trouble.length).toBeGreaterThan(0);
  });
});
