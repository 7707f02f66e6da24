import { createHash } from 'node:crypto';
import { Lines } from '../http/ndjson.js';
import { eventsIn } from './access-gate.js';
import { allows, ApiKeys, presentedKey } from './api-keys.js';
import { RateLimits } from './rate-limits.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const entry = (key: string, more: object = {}) => ({
  name: 'shop',
  sha256: createHash('sha256').update(key).digest('hex'),
  scopes: ['read' as const],
  ...more,
});

describe('API keys', () => {
  it('are found by their text alone, and not at all once expired', () => {
    const keys = new ApiKeys([entry('one'), entry('two', { expiresAt: '2030-01-01T01:00:00+01:00' })]);
    expect(keys.find('one', NOW)?.name).toBe('shop');
    expect(keys.find('two', NOW - 1)?.name).toBe('shop');
    expect(keys.find('two', NOW)).toBeUndefined();
    for (const wrong of ['', 'One', 'one ', 'x'.repeat(1_000_000)])
      expect(keys.find(wrong, NOW)).toBeUndefined();
  });

  it('of one caller overlap while one replaces the other', () => {
    const keys = new ApiKeys([entry('old', { expiresAt: '2030-02-01T00:00:00Z' }), entry('new')]);
    expect(keys.find('old', NOW)).toBeDefined();
    expect(keys.find('new', NOW)).toBeDefined();
  });

  it('are read from either header', () => {
    expect(presentedKey({ authorization: 'Bearer abc' })).toBe('abc');
    expect(presentedKey({ 'x-api-key': 'abc' })).toBe('abc');
    expect(presentedKey({ authorization: 'Basic abc' })).toBeUndefined();
    expect(presentedKey({ authorization: 'Bearer a b' })).toBeUndefined();
    expect(presentedKey({})).toBeUndefined();
  });

  it('allow what their scopes say, and admin everything', () => {
    expect(allows(entry('k'), 'read')).toBe(true);
    expect(allows(entry('k'), 'write')).toBe(false);
    expect(allows(entry('k', { scopes: ['admin'] }), 'write')).toBe(true);
  });
});

describe('the rate limit of a key', () => {
  it('counts events, refills with time, and says how long to wait', () => {
    const limits = new RateLimits();
    expect(limits.take('shop', 80, 100, 0)).toBe(0);
    expect(limits.take('shop', 30, 100, 0)).toBeCloseTo(0.1);
    expect(limits.take('other', 100, 100, 0)).toBe(0);
    expect(limits.take('shop', 30, 100, 101)).toBe(0);
  });

  it('lets a batch larger than one second through when full, and then makes it wait for all of it', () => {
    const limits = new RateLimits();
    expect(limits.take('shop', 500, 100, 0)).toBe(0);
    expect(limits.take('shop', 1, 100, 4_000)).toBeGreaterThan(0);
    expect(limits.take('shop', 1, 100, 4_100)).toBe(0);
  });

  it('sustains its rate over time, whatever the sizes of the batches', () => {
    const limits = new RateLimits();
    let passed = 0;
    for (let now = 0; now < 60_000; now += 7) {
      const events = 1 + ((now * 31) % 40);
      if (limits.take('shop', events, 1_000, now) === 0) passed += events;
    }
    expect(passed).toBeGreaterThan(55_000);
    expect(passed).toBeLessThanOrEqual(61_040);
  });

  it('reads the events of a body', () => {
    expect([eventsIn(undefined), eventsIn({}), eventsIn([1, 2, 3]), eventsIn(new Lines('a\n\nb\n'))]).toEqual(
      [1, 1, 3, 2],
    );
  });
});
