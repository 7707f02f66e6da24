import { SeededRandom } from '#kernel';
import { CoVisitation, NEIGHBOURS_MAX } from './co-visitation.js';
import { POPULARITY_SECONDS } from './decayed-sums.js';
import { ItemStatistics } from './item-statistics.js';
import { PositionStatistics } from './position-statistics.js';
import { bytesOf, changesOf, follow, restored as copyOf } from './table-fixture.js';

const HOUR = 3_600_000;
const NOW = 1_700_000_000_000;
const newStatistics = () => new ItemStatistics({ priorImpressions: 20, itemsMax: 1_000 });
const newCoVisitation = () =>
  new CoVisitation({ covisitationItemsMax: 100, covisitationHalfLifeSeconds: 86_400 });

describe('Item statistics', () => {
  it('smooth an item’s CTR towards the overall one, which adapts', () => {
    const statistics = newStatistics();
    for (let i = 0; i < 10_000; i++) statistics.recordImpression(1);
    for (let i = 0; i < 3_000; i++) statistics.recordClick(1);
    expect(statistics.overallCtr()).toBeCloseTo(0.3, 2);
    expect(statistics.ctr(99)).toBe(statistics.overallCtr());
    statistics.recordImpression(2);
    expect(statistics.ctr(2)).toBeCloseTo((20 * 0.3) / 21, 2);
    expect(statistics.ctr(2, 1)).toBeCloseTo(0.3, 2);
  });

  it('are as sure of a CTR as its examined impressions allow, however often the item was shown', () => {
    const statistics = newStatistics();
    for (let i = 0; i < 400; i++) statistics.recordImpression(1, 0.05); // far below
    for (let i = 0; i < 20; i++) statistics.recordImpression(2);
    for (const item of [1, 2]) statistics.recordClick(item);
    const { clicks, others } = statistics.evidence(1);
    expect(clicks / (clicks + others)).toBeCloseTo(statistics.ctr(1), 12);
    expect(others).toBeCloseTo(statistics.evidence(2).others, 9);
  });

  it('halve popularity with each half-life of event time', () => {
    const statistics = newStatistics();
    statistics.recordEngagement(1, 4, NOW);
    expect(statistics.popularity(1, NOW, 3_600)).toBe(4);
    expect(statistics.popularity(1, NOW + HOUR, 3_600)).toBeCloseTo(2, 6);
    expect(statistics.popularity(1, NOW + HOUR, 86_400)).toBeCloseTo(4 * 2 ** (-1 / 24), 6);
  });

  it('count an engagement that comes late as if it had come in time', () => {
    const [ordered, late] = [newStatistics(), newStatistics()];
    ordered.recordEngagement(1, 2, NOW);
    ordered.recordEngagement(1, 3, NOW + HOUR);
    late.recordEngagement(1, 3, NOW + HOUR);
    late.recordEngagement(1, 2, NOW);
    expect(late.popularity(1, NOW + HOUR, 3_600)).toBeCloseTo(ordered.popularity(1, NOW + HOUR, 3_600), 6);
  });

  it('rank what is popular now, in the window asked for', () => {
    const statistics = newStatistics();
    for (let i = 0; i < 50; i++) statistics.recordEngagement(1, 1, NOW - 10 * HOUR);
    for (let i = 0; i < 20; i++) statistics.recordEngagement(2, 1, NOW);
    statistics.recordEngagement(3, -2, NOW);
    expect(statistics.trending(10, NOW, 3_600).keys).toEqual([2, 1]);
    expect(statistics.trending(10, NOW, 86_400).keys).toEqual([1, 2]);
    expect(statistics.trending(1, NOW, 86_400).keys).toEqual([1]);
    statistics.recordEngagement(4, 100, NOW);
    expect(statistics.trending(1, NOW, 86_400).keys).toEqual([4]);
  });

  it('rank right among more items than are kept', () => {
    const statistics = newStatistics();
    for (let item = 1; item <= 900; item++) statistics.recordEngagement(item, (item * 7919) % 1_000, NOW);
    const expected = Array.from({ length: 900 }, (_, i) => i + 1)
      .sort((a, b) => ((b * 7919) % 1_000) - ((a * 7919) % 1_000) || a - b)
      .slice(0, 600);
    expect(statistics.trending(600, NOW, 60).keys).toEqual(expected);
  });

  it('keep the ranking of a whole scan while items come, go and rise', () => {
    const statistics = new ItemStatistics({ priorImpressions: 20, itemsMax: 300 });
    const random = new SeededRandom(5);
    for (let i = 0; i < 20_000; i++) {
      const item = 1 + Math.floor(600 * random.next() ** 2);
      statistics.recordEngagement(item, 1 + random.below(3), NOW + i * 7_000 - random.below(60_000));
    }
    const now = NOW + 20_000 * 7_000;
    for (const window of POPULARITY_SECONDS) {
      const scanned = Array.from({ length: 600 }, (_, i) => i + 1)
        .filter((item) => statistics.popularity(item, now, window) > 0)
        .sort((a, b) => statistics.popularity(b, now, window) - statistics.popularity(a, now, window));
      expect(statistics.trending(600, now, window).keys).toEqual(scanned);
    }
  });

  it('choose the window that finds what comes next: short for news, long for classics', () => {
    const chosen = (lifeSeconds: number): number => {
      const statistics = newStatistics();
      const random = new SeededRandom(9);
      for (let second = 0; second < 6 * 3_600; second += 2) {
        const generation = Math.floor(second / lifeSeconds);
        statistics.recordEngagement(
          1 + generation * 300 + Math.floor(300 * random.next() ** 2),
          1,
          NOW + second * 1_000,
        );
        statistics.recordEngagement(10_000_000 + random.below(1_000), 1, NOW + second * 1_000);
      }
      return statistics.bestWindowSeconds;
    };
    expect(newStatistics().bestWindowSeconds).toBe(3_600);
    expect(chosen(600)).toBeLessThanOrEqual(600);
    expect(chosen(30 * 86_400)).toBeGreaterThanOrEqual(21_600);
  });

  it('do not let somebody who acts twice on an item decide on the window', () => {
    const statistics = newStatistics();
    for (let i = 0; i < 500; i++) statistics.recordEngagement(1, 1, NOW + i, false);
    expect(statistics.windows.report().every(({ hitRate }) => hitRate === 0)).toBe(true);
  });

  it('go on bit for bit from their stored form, and a replica by deltas ranks alike', () => {
    const statistics = newStatistics();
    const random = new SeededRandom(3);
    const engage = (table: ItemStatistics, at: number, item: number): void =>
      table.recordEngagement(item, 1, NOW + at * 60_000);
    for (let i = 0; i < 500; i++) engage(statistics, i, 1 + random.below(40));
    const restored = copyOf(statistics, newStatistics());
    const replica = follow(newStatistics(), changesOf(statistics));
    for (let i = 500; i < 800; i++) {
      const item = 1 + random.below(60);
      engage(statistics, i, item);
      engage(restored, i, item);
    }
    expect(bytesOf(restored)).toEqual(bytesOf(statistics));
    const changes = changesOf(statistics);
    follow(follow(replica, changes), changes);
    const now = NOW + 900 * 60_000;
    expect(replica.bestWindowSeconds).toBe(statistics.bestWindowSeconds);
    for (const window of POPULARITY_SECONDS)
      expect(replica.trending(50, now, window)).toEqual(statistics.trending(50, now, window));
  });

  it('tell each change of popularity, at the learner and at a replica: of who is engaged with, and of who is forgotten', () => {
    const told = ({ engaged }: ItemStatistics, place: number) => {
      const keys = new Set<number>();
      expect(engaged.since(place, (key) => keys.add(key))).toBe(true);
      return [...keys].sort((a, b) => a - b);
    };
    const statistics = new ItemStatistics({ priorImpressions: 20, itemsMax: 3 });
    const replica = new ItemStatistics({ priorImpressions: 20, itemsMax: 3 });
    for (const key of [1, 2, 3]) statistics.recordEngagement(key, 1, NOW);
    follow(replica, changesOf(statistics));
    const [here, there] = [statistics.engaged.count, replica.engaged.count];
    statistics.recordImpression(2);
    statistics.recordEngagement(3, 1, NOW);
    statistics.recordImpression(4); // takes the place of 1
    follow(replica, changesOf(statistics));
    expect(told(statistics, here)).toEqual([1, 3]);
    expect(told(replica, there)).toEqual([1, 3]);
    for (const key of [1, 2, 3, 4])
      for (let window = 0; window < POPULARITY_SECONDS.length; window++)
        expect(replica.popularityOrder(key, window)).toBe(statistics.popularityOrder(key, window));
    expect(replica.popularityOrder(1, 0)).toBe(-Infinity);
  });

  it('forget the item unused for longest when full', () => {
    const statistics = new ItemStatistics({ priorImpressions: 20, itemsMax: 3 });
    for (const item of [1, 2, 3, 4]) for (let i = 0; i < item; i++) statistics.recordImpression(item);
    expect(statistics.items).toBe(3);
    expect(statistics.impressions(4)).toBe(4);
    expect([1, 2, 3].filter((item) => statistics.impressions(item) === 0)).toHaveLength(1);
  });
});

describe('Position statistics', () => {
  it('tell impressions and clicks by slot', () => {
    const positions = new PositionStatistics();
    positions.recordImpression(1);
    positions.recordImpression(3);
    positions.recordClick(3);
    positions.recordClick(9_999);
    expect(positions.curve().slice(0, 3)).toEqual([
      { position: 1, impressions: 1, clicks: 0 },
      { position: 2, impressions: 0, clicks: 0 },
      { position: 3, impressions: 1, clicks: 1 },
    ]);
  });
});

describe('Co-visitation', () => {
  it('joins what the same people engage with, both ways', () => {
    const pairs = newCoVisitation();
    pairs.recordEngagement(1, 1, NOW, [2, 3, 1], [10, 20, 5]);
    expect(pairs.neighbours(1).keys.sort()).toEqual([2, 3]);
    expect(pairs.neighbours(2).keys).toEqual([1]);
    expect(pairs.neighbours(9)).toEqual({ keys: [], scores: [] });
  });

  it('prefers what is specific to the item over what everybody engages with', () => {
    const pairs = newCoVisitation();
    const everybodys = 50;
    for (let user = 0; user < 40; user++) pairs.recordEngagement(everybodys, 1, NOW, [user + 100], [1]);
    for (let i = 0; i < 10; i++) pairs.recordEngagement(1, 1, NOW, [2, everybodys], [1, 1]);
    expect(pairs.neighbours(1).keys).toEqual([2, everybodys]);
  });

  it('weighs recent togetherness more', () => {
    const pairs = newCoVisitation();
    for (let i = 0; i < 10; i++) pairs.recordEngagement(1, 1, NOW - 20 * 86_400_000, [2], [1]);
    for (let i = 0; i < 5; i++) pairs.recordEngagement(1, 1, NOW, [3], [1]);
    expect(pairs.neighbours(1).keys).toEqual([3, 2]);
  });

  it('keeps a bounded number of neighbours, the weakest goes first', () => {
    const pairs = newCoVisitation();
    for (let other = 100; other < 100 + NEIGHBOURS_MAX; other++)
      pairs.recordEngagement(1, other === 120 ? 0.5 : 1, NOW, [other], [1]);
    pairs.recordEngagement(1, 1, NOW, [999], [1]);
    const { keys } = pairs.neighbours(1);
    expect(keys).toHaveLength(NEIGHBOURS_MAX);
    expect(keys).toContain(999);
    expect(keys).not.toContain(120);
  });
});
