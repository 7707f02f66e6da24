/** What comes of clicked items (docs/feedback.md): one sequel each, when their impression ends. */
import type { Sequel } from '#events';
import { key53 } from '#kernel';
import { dwellOf, withDeed } from './deeds.js';
import { Folding, MINUTE, T0, testSettings } from './folding.fixture.js';

const WINDOW = 30 * MINUTE;

function sequels(folding: Folding): Sequel[] {
  return folding.taken().filter((record): record is Sequel => record.kind === 'sequel');
}

describe('a clicked item', () => {
  it('yields one sequel when its window ends, with what came of it and the features of the impression', () => {
    const folding = new Folding();
    const shown = folding.impression(T0, ['a', 'b', 'c']);
    folding.given(
      shown,
      folding.click(T0 + 1, 'b'),
      folding.interaction(T0 + 2, 'like', 'b'),
      folding.interaction(T0 + 3, 'dwell', 'b', { value: 12.5 }),
      folding.interaction(T0 + 4, 'dwell', 'b', { value: 3 }),
      folding.click(T0 + 5, 'c'),
    );
    const [, , , clicked] = folding.outcomes();
    folding.given(folding.tick(T0 + WINDOW - 1));
    expect(sequels(folding)).toEqual([]);
    folding.given(folding.tick(T0 + WINDOW));
    const [b, c, ...more] = sequels(folding);
    expect(more).toEqual([]);
    expect(b).toMatchObject({
      itemKey: key53('b'),
      userKey: key53('u'),
      listKey: key53(shown.eventId),
      timestamp: T0,
      position: 2,
      liked: true,
      converted: false,
      dwellSeconds: 15.5,
    });
    expect(b!.features).toEqual(clicked!.features);
    expect(c).toMatchObject({ itemKey: key53('c'), liked: false, converted: false, dwellSeconds: -1 });
    folding.given(folding.tick(T0 + 2 * WINDOW));
    expect(sequels(folding)).toEqual([]);
  });

  it('that closed by a purchase has a sequel that says so', () => {
    const folding = new Folding();
    folding.given(
      folding.impression(T0, ['a']),
      folding.interaction(T0 + 1, 'purchase', 'a'),
      folding.tick(T0 + WINDOW),
    );
    expect(sequels(folding)).toMatchObject([{ liked: false, converted: true, dwellSeconds: -1 }]);
  });

  it('keeps a stay that came before its click, and none that came after the window or to another list', () => {
    const folding = new Folding();
    folding.given(
      folding.impression(T0, ['a', 'b'], { recommendationId: 'one' }),
      folding.interaction(T0 + 1, 'dwell', 'a', { value: 4 }),
      folding.click(T0 + 2, 'a'),
      folding.interaction(T0 + 3, 'like', 'a', { recommendationId: 'other' }),
      folding.interaction(T0 + WINDOW + 1, 'purchase', 'a'),
      folding.tick(T0 + WINDOW + 2),
    );
    expect(sequels(folding)).toMatchObject([{ liked: false, converted: false, dwellSeconds: 4 }]);
  });

  it('has its sequel too when the impression ends early, is handed over, or is reloaded in between', () => {
    const folding = new Folding(testSettings({ pendingImpressionsMax: 1 }));
    folding.given(
      folding.impression(T0, ['a']),
      folding.click(T0 + 1, 'a'),
      folding.interaction(T0 + 2, 'cart', 'a'),
    );
    folding.reload();
    folding.taken();
    folding.given(folding.impression(T0 + 3, ['b']));
    expect(sequels(folding)).toMatchObject([{ itemKey: key53('a'), converted: true }]);
    folding.given(folding.click(T0 + 4, 'b'), folding.interaction(T0 + 5, 'like', 'b'));
    folding.given({ kind: 'merge', ...folding.base(T0 + 6), intoUserId: 'v' });
    folding.given(folding.effects[0]!.event, folding.tick(T0 + WINDOW + MINUTE));
    expect(sequels(folding)).toMatchObject([{ itemKey: key53('b'), userKey: key53('v'), liked: true }]);
  });

  it('of a type that is no positive counts for the goal without closing the impression', () => {
    const folding = new Folding(testSettings({ positiveTypes: ['click'], likeTypes: ['like', 'share'] }));
    folding.given(
      folding.impression(T0, ['a', 'b']),
      folding.interaction(T0 + 1, 'share', 'a'),
      folding.click(T0 + 2, 'a'),
    );
    expect(folding.outcomes().slice(2)).toMatchObject([{ label: 1, itemKey: key53('a') }]);
    folding.given(folding.tick(T0 + WINDOW));
    expect(sequels(folding)).toMatchObject([{ itemKey: key53('a'), liked: true }]);
  });
});

describe('deeds', () => {
  it('add up stays, to a day at most, and take no nonsense', () => {
    expect(dwellOf(withDeed(withDeed(3, 0, 1e9), 0, 5))).toBe(86_400);
    for (const value of [NaN, -1]) expect(dwellOf(withDeed(0, 1, value))).toBe(-1);
    expect(dwellOf(withDeed(0, 0, 0))).toBe(0);
    expect(withDeed(withDeed(0, 1, 2.04), 2, undefined) % 4).toBe(3);
  });
});
