import { key53 } from '#kernel';
import { POPULARITY_SIGNALS, SIGNAL } from '#learning';
import { CandidateSet, type ChannelName } from '../candidates.js';
import type { NextItemsFound } from '../next-items.js';
import { SampleShop, statisticsOf } from '../sample-shop.js';
import { mix } from './next-items.js';

type Heard = Readonly<Record<number, number>>;

/** What channels say of each item, best item first; a signal adds itself to the log-odds unless it has another weight. */
function saying(items: Readonly<Record<string, Heard>>, weights: Heard = {}): NextItemsFound {
  const heard = Object.values(items);
  const signal = (place: number, of: number): number => heard[place]![of] ?? 0;
  return {
    size: heard.length,
    keys: Object.keys(items).map((id) => key53(id)),
    examples: 10_000,
    ranked: () => heard.map((_, place) => place),
    signal,
    contribution: (place, of) => (weights[of] ?? 1) * signal(place, of),
    nearest: () => [],
    logit: () => 0,
  };
}

function namesOf(next: NextItemsFound, ids: readonly string[]): Record<string, ChannelName> {
  const shop = new SampleShop();
  for (const id of ids) shop.put(id);
  const set = new CandidateSet(100);
  set.reset(shop.index.slotCount);
  mix(shop.request(statisticsOf({}), { next }), 100, set);
  return Object.fromEntries(
    Array.from({ length: set.size }, (_, place) => [shop.id(set.slots[place]!), set.labelOf(place)]),
  );
}

describe('What the mix brings', () => {
  const popularity = Object.fromEntries(POPULARITY_SIGNALS.map((signal) => [signal, 1]));

  it('bears the name of the channel that speaks most for it', () => {
    const items = {
      hit: popularity,
      followed: { [SIGNAL.session]: 2, [SIGNAL.labels]: 0.1 },
      voted: { [SIGNAL.neighbours]: 2 },
      near: { [SIGNAL.factors]: 2 },
    };
    expect(namesOf(saying(items), Object.keys(items))).toEqual({
      hit: 'trending',
      followed: 'session',
      voted: 'neighbours',
      near: 'factors',
    });
  });

  it.each([SIGNAL.labels, SIGNAL.rareLabels, SIGNAL.lastLabels])(
    'is not called trending when only its labels speak for it (signal %i)',
    (signal) => {
      const items = { hit: popularity, alike: { [signal]: 0.5 } };
      expect(namesOf(saying(items), Object.keys(items))).toEqual({ hit: 'trending', alike: 'labels' });
    },
  );

  it('is called the mix’s own when no channel says more of it than usual', () => {
    const items = { one: popularity, other: popularity };
    expect(namesOf(saying(items), Object.keys(items))).toEqual({ one: 'mix', other: 'mix' });
  });

  it('is not named after a channel that says nothing of it, even where what that channel says counts against items', () => {
    const items = { alike: { [SIGNAL.labels]: 1 }, silent: {} };
    expect(namesOf(saying(items, { [SIGNAL.labels]: -1 }), Object.keys(items)).silent).toBe('mix');
  });
});
