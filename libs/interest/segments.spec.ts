import { segmentCode, segmentOf, type SegmentRule } from './segments.js';
import { testSettings } from './folding.fixture.js';
import { UserCounters } from './user-counters.js';

const NOBODY = new Map<string, string>();
const DEFAULTS = testSettings().segments;

function counters(counts: Readonly<Record<string, number>>): UserCounters {
  const made = new UserCounters();
  for (const [type, count] of Object.entries(counts)) for (let i = 0; i < count; i++) made.interaction(type);
  return made;
}

describe('Segments by rule', () => {
  it('follow purchases, then activity, by default', () => {
    expect(segmentOf(NOBODY, counters({}), DEFAULTS)).toBe('new');
    expect(segmentOf(NOBODY, counters({ view: 5 }), DEFAULTS)).toBe('normal');
    expect(segmentOf(NOBODY, counters({ view: 200 }), DEFAULTS)).toBe('normal');
    expect(segmentOf(NOBODY, counters({ view: 201 }), DEFAULTS)).toBe('potential');
    expect(segmentOf(NOBODY, counters({ view: 300, purchase: 51 }), DEFAULTS)).toBe('high_value');
  });

  it('can be a deployment’s own: the first rule whose conditions all hold', () => {
    const rules: SegmentRule[] = [
      { name: 'collector', atLeast: { purchase: 3, view: 2 }, profile: {} },
      { name: 'nordic', atLeast: {}, profile: { country: 'NO' } },
    ];
    const norwegian = new Map([['country', 'NO']]);
    expect(segmentOf(norwegian, counters({ purchase: 3, view: 2 }), rules)).toBe('collector');
    expect(segmentOf(norwegian, counters({ purchase: 3, view: 1 }), rules)).toBe('nordic');
    expect(segmentOf(NOBODY, counters({ purchase: 3, view: 1 }), rules)).toBe('new');
  });

  it('yield to the segment that the profile names', () => {
    expect(segmentOf(new Map([['segment', 'vip']]), counters({ purchase: 99 }), DEFAULTS)).toBe('vip');
  });

  it('keep their numbers, whatever the rules and their order', () => {
    expect(['new', 'normal', 'potential', 'high_value'].map(segmentCode)).toEqual([0, 1, 2, 3]);
    expect(segmentCode('collector')).toBeGreaterThanOrEqual(16);
    expect(segmentCode('collector')).toBeLessThan(65_536);
  });
});
