import fc from 'fast-check';
import { key53 } from '#kernel';
import { ItemStatistics } from '#learning';
import type { LabelList } from './label-list.js';
import { HEAD_MAX, TRENDING_MAX } from './list-measures.js';
import type { LiveStatistics } from './live-statistics.js';
import { SampleShop, statisticsOf } from './sample-shop.js';

/** More than a list keeps at hand, so that some fall behind others. */
const ITEMS = 150;
const TABLE_MAX = 120;

/** Numbers of half-lives: a minute and an hour. */
const WINDOWS = [0, 2];

const idOf = (item: number): string => `item ${item}`;

/** A shop whose items are shown and clicked. */
class BusyShop {
  readonly shop = new SampleShop();
  readonly table = new ItemStatistics({ priorImpressions: 5, itemsMax: TABLE_MAX });
  private readonly others = statisticsOf({});

  get statistics(): LiveStatistics {
    const { table, others } = this;
    return {
      ...others,
      changes: table.changes,
      provenCtr: (key) => table.provenCtr(key),
      engaged: table.engaged,
      popularityOrder: (key, window) => table.popularityOrder(key, window),
    };
  }

  head(list: LabelList): number[] {
    const head = this.shop.index.headOf(list, this.statistics);
    return Array.from({ length: head.size }, (_, rank) => head.at(rank));
  }

  /** By looking at everything. */
  best({ members }: LabelList): number[] {
    const slots = Array.from({ length: members.size }, (_, i) => members.at(i));
    const merit = (slot: number) => this.table.provenCtr(this.shop.index.keyOf(slot));
    return slots.sort((a, b) => merit(b) - merit(a) || a - b).slice(0, HEAD_MAX);
  }

  trending(list: LabelList, window: number): number[] {
    const head = this.shop.index.trendingOf(list, this.statistics, window);
    return Array.from({ length: head.size }, (_, rank) => head.at(rank));
  }

  /** By looking at everything. */
  popular({ members }: LabelList, window: number): number[] {
    const order = (slot: number) => this.table.popularityOrder(this.shop.index.keyOf(slot), window);
    return Array.from({ length: members.size }, (_, i) => members.at(i))
      .filter((slot) => order(slot) > -Infinity)
      .sort((a, b) => order(b) - order(a) || a - b)
      .slice(0, TRENDING_MAX);
  }

  lists(): LabelList[] {
    const { index } = this.shop;
    const found = ['x', 'y'].map((label) => index.listOf('category', label));
    return [index.everything, ...found.filter((list) => list !== undefined)];
  }
}

const item = fc.nat({ max: ITEMS - 1 });
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('shown' as const), item }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('clicked' as const), item }) },
  {
    weight: 6,
    arbitrary: fc.record({ what: fc.constant('engaged' as const), item, second: fc.nat({ max: 7_200 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('gone' as const), item }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('put' as const),
      item,
      categories: fc.subarray(['x', 'y']),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('asked' as const), item }) },
);

describe('the head of a list', () => {
  it('is the best of the list, whatever came before and whoever asked', () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 100, maxLength: 400 }), (happenings) => {
        const busy = new BusyShop();
        for (let i = 0; i < ITEMS; i++) busy.shop.put(idOf(i), { categories: i % 3 ? ['x'] : ['x', 'y'] });
        for (const each of happenings) {
          const id = idOf(each.item);
          if (each.what === 'put') busy.shop.put(id, { categories: each.categories });
          else if (each.what === 'gone') busy.shop.remove(id);
          else if (each.what === 'shown') busy.table.recordImpression(key53(id));
          else if (each.what === 'clicked') busy.table.recordClick(key53(id));
          else if (each.what === 'engaged') busy.table.recordEngagement(key53(id), 1, each.second * 1_000);
          else
            for (const list of busy.lists()) {
              busy.head(list);
              for (const window of WINDOWS) busy.trending(list, window);
            }
        }
        for (const list of busy.lists()) {
          expect(busy.head(list)).toEqual(busy.best(list));
          for (const window of WINDOWS)
            expect(busy.trending(list, window)).toEqual(busy.popular(list, window));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is looked for anew when more has changed than is told, and when the model is another', () => {
    const busy = new BusyShop();
    for (let i = 0; i < ITEMS; i++) busy.shop.put(idOf(i));
    const { everything } = busy.shop.index;
    busy.head(everything);
    for (let i = 0; i < 50_000; i++) busy.table.recordImpression(key53(idOf(i % 7)));
    busy.table.recordClick(key53(idOf(9)));
    expect(busy.head(everything)).toEqual(busy.best(everything));
    const other = new BusyShop();
    other.table.recordClick(key53(idOf(140)));
    const head = busy.shop.index.headOf(everything, other.statistics);
    expect(head.at(0)).toBe(busy.shop.slot(idOf(140)));
  });

  it('names the best of a long list, in order', () => {
    const shop = new SampleShop();
    for (let i = 0; i < 2_000; i++) shop.put(idOf(i), { categories: ['x'] });
    const list = shop.index.listOf('category', 'x')!;
    const best = shop.slot(idOf(1_234));
    const merit = (slot: number) => (slot === best ? 2 : slot / 1e6);
    const statistics = { ...statisticsOf({}), provenCtr: (key: number) => merit(shop.index.slotOf(key)) };
    const head = shop.index.headOf(list, statistics);
    expect(head.at(0)).toBe(best);
    expect(Array.from({ length: 5 }, (_, rank) => head.at(rank + 1))).toEqual([1999, 1998, 1997, 1996, 1995]);
  });

  it('of an empty list fills with it', () => {
    const busy = new BusyShop();
    const { everything } = busy.shop.index;
    expect(busy.head(everything)).toEqual([]);
    busy.shop.put(idOf(4));
    expect(busy.head(everything)).toEqual([busy.shop.slot(idOf(4))]);
  });

  it('by popularity holds what nobody sees among the leaders of all, and nothing that nobody engaged with', () => {
    const busy = new BusyShop();
    for (let i = 0; i < ITEMS; i++) busy.shop.put(idOf(i), { categories: [i < 3 ? 'niche' : 'x'] });
    for (let i = 10; i < 100; i++)
      for (let times = 0; times < 9; times++) busy.table.recordEngagement(key53(idOf(i)), 1, 1_000);
    const niche = busy.shop.index.listOf('category', 'niche')!;
    expect(busy.trending(niche, 2)).toEqual([]);
    busy.table.recordEngagement(key53(idOf(1)), 1, 2_000);
    expect(busy.trending(niche, 2)).toEqual([busy.shop.slot(idOf(1))]);
  });

  it('follows clicks at once', () => {
    const busy = new BusyShop();
    for (let i = 0; i < ITEMS; i++) busy.shop.put(idOf(i));
    const { everything } = busy.shop.index;
    expect(busy.head(everything)[0]).toBe(busy.shop.slot(idOf(0)));
    busy.table.recordClick(key53(idOf(77)));
    expect(busy.head(everything)[0]).toBe(busy.shop.slot(idOf(77)));
  });
});
