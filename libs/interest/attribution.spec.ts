/** The outcomes promised in docs/feedback.md, one by one. */
import { key53 } from '#kernel';
import { Folding, MINUTE, T0, testSettings } from './folding.fixture.js';

const WINDOW = 30 * MINUTE;

const clicks = (folding: Folding) => folding.outcomes().filter(({ label }) => label === 1);

describe('an impression', () => {
  it('is an exposure at once, and for each item an outcome: not clicked, so far', () => {
    const folding = new Folding();
    const shown = folding.impression(T0, ['a', 'b', 'c']);
    folding.given(shown);
    const [exposure, ...outcomes] = folding.taken();
    expect(outcomes).toMatchObject(
      ['a', 'b', 'c'].map((item, i) => ({
        kind: 'outcome',
        label: 0,
        weight: 1,
        itemKey: key53(item),
        position: i + 1,
        listKey: key53(shown.eventId),
        timestamp: T0,
        cause: { sequence: 1, index: 0 },
      })),
    );
    expect(exposure).toMatchObject({
      kind: 'exposure',
      cause: { sequence: 1, index: 0 },
      timestamp: T0,
      itemKeys: [key53('a'), key53('b'), key53('c')],
      positions: [1, 2, 3],
    });
  });

  it('takes that back at the click, and is forgotten at the tick after its window', () => {
    const folding = new Folding();
    const shown = folding.impression(T0, ['a', 'b', 'c']);
    folding.given(shown, folding.click(T0 + MINUTE, 'b'));
    expect(clicks(folding)).toMatchObject([
      {
        label: 1,
        revises: true,
        weight: 1,
        itemKey: key53('b'),
        position: 2,
        timestamp: T0,
        listKey: key53(shown.eventId),
        cause: { sequence: 1, index: 1 },
      },
    ]);
    folding.given(folding.tick(T0 + WINDOW - 1));
    expect(folding.user().pending.size).toBe(1);
    folding.given(folding.tick(T0 + WINDOW));
    expect(folding.outcomes()).toEqual([]);
    expect(folding.fold.nextDeadline()).toBeUndefined();
    expect(folding.user().pending.size).toBe(0);
  });

  it('carries the features of its own moment, whatever happens before the click', () => {
    const folding = new Folding();
    folding.given(
      folding.impression(T0, ['a', 'b']),
      folding.interaction(T0 + 1, 'view', 'a'),
      folding.interaction(T0 + 2, 'like', 'z'),
      folding.click(T0 + 3, 'b'),
    );
    const [, shown, clicked] = folding.outcomes();
    expect(clicked).toEqual({ ...shown, label: 1, revises: true, cause: { sequence: 1, index: 3 } });
  });

  it('takes unsent propensities from the list that was served', () => {
    const folding = new Folding();
    const items = ['a', 'b'].map((itemId, i) => ({
      itemId,
      position: i + 1,
      score: 0,
      channel: 'new',
      propensity: 0.5 - i / 4,
    }));
    folding.given(
      {
        kind: 'served',
        ...folding.base(T0),
        recommendationId: 'r1',
        scenario: 's',
        policy: 'p',
        modelVersion: '1',
        epoch: 1,
        items,
      },
      folding.impression(T0 + 1, ['b', 'a', 'c'], { recommendationId: 'r1' }),
      folding.tick(T0 + WINDOW + 1000),
    );
    expect(folding.outcomes().map(({ propensity }) => propensity)).toEqual([0.25, 0.5, 0]);
  });

  it('counts an item that it names twice once, in its first place', () => {
    const folding = new Folding();
    folding.given(
      folding.impression(T0, ['a', 'b', 'a']),
      folding.click(T0 + 1, 'a'),
      folding.tick(T0 + WINDOW),
    );
    expect(folding.outcomes()).toMatchObject([
      { label: 0, position: 1 },
      { label: 0, position: 2 },
      { label: 1, position: 1 },
    ]);
    expect(folding.fold.counters.repeatedItems).toBe(1);
  });
});

describe('a click', () => {
  it('exactly at the end of the window still counts; a millisecond later it is late', () => {
    const folding = new Folding();
    folding.given(
      folding.impression(T0, ['a', 'b']),
      folding.click(T0 + WINDOW, 'a'),
      folding.click(T0 + WINDOW + 1, 'b'),
    );
    expect(clicks(folding)).toMatchObject([{ label: 1, itemKey: key53('a') }]);
    expect(folding.fold.counters).toMatchObject({ positives: 1, lateClicks: 1, orphanClicks: 0 });
  });

  it('after its impression has been closed is late: the negative stays, the engagement counts', () => {
    const folding = new Folding();
    folding.given(folding.impression(T0, ['a']), folding.tick(T0 + WINDOW));
    expect(folding.outcomes()).toMatchObject([{ label: 0 }]);
    folding.given(folding.click(T0 + 2 * WINDOW, 'a'));
    expect(folding.taken()).toMatchObject([{ kind: 'engagement', itemKey: key53('a') }]);
    expect(folding.fold.counters).toMatchObject({ lateClicks: 1, positives: 0, negatives: 1 });
  });

  it('without an impression is engagement only', () => {
    const folding = new Folding();
    folding.given(folding.click(T0, 'a'), folding.tick(T0 + WINDOW));
    expect(folding.taken()).toMatchObject([{ kind: 'engagement', weight: 1, itemKey: key53('a') }]);
    expect(folding.fold.counters).toMatchObject({ orphanClicks: 1, positives: 0 });
  });

  it('before its impression, out of order, is claimed by it and yields a positive at once', () => {
    const folding = new Folding();
    folding.given(folding.click(T0 + MINUTE, 'b')).taken();
    folding.given(folding.impression(T0, ['a', 'b']));
    expect(folding.outcomes()).toMatchObject([
      { label: 0, itemKey: key53('a') },
      { label: 0, itemKey: key53('b') },
      { label: 1, itemKey: key53('b'), cause: { sequence: 2, index: 0 } },
    ]);
    folding.given(folding.impression(T0, ['b']), folding.tick(T0 + 2 * WINDOW));
    expect(folding.outcomes().map(({ label }) => label)).toEqual([0]);
    expect(folding.fold.counters).toMatchObject({ earlyClicks: 1, positives: 1, negatives: 3 });
  });

  it('weighs by its type whichever of the two came first', () => {
    const settings = testSettings({ positiveTypes: ['rating'] });
    const weightOf = (inOrder: boolean): number => {
      const folding = new Folding(settings);
      const shown = folding.impression(T0, ['a']);
      const rated = folding.interaction(T0 + MINUTE, 'rating', 'a', { value: 3 });
      folding.given(...(inOrder ? [shown] : [rated])).given(...(inOrder ? [rated] : [shown]));
      return clicks(folding)[0]!.weight;
    };
    expect(weightOf(false)).toBe(weightOf(true));
  });

  it('of an earlier visit is not claimed by a later impression', () => {
    const folding = new Folding();
    folding.given(folding.click(T0, 'a'), folding.impression(T0 + 1, ['a']), folding.tick(T0 + 2 * WINDOW));
    expect(folding.outcomes()).toMatchObject([{ label: 0 }]);
  });

  it('of an item shown twice belongs to the newest impression before it; a double click counts once', () => {
    const folding = new Folding();
    const second = folding.impression(T0 + MINUTE, ['x', 'a']);
    folding.given(
      folding.impression(T0, ['a']),
      second,
      folding.click(T0 + 2 * MINUTE, 'a'),
      folding.click(T0 + 2 * MINUTE + 1, 'a'),
    );
    expect(clicks(folding)).toMatchObject([{ label: 1, listKey: key53(second.eventId), position: 2 }]);
    expect(folding.fold.counters.repeatedClicks).toBe(1);
  });

  it('between two impressions of the item belongs to the first, though it arrives last', () => {
    const folding = new Folding();
    const first = folding.impression(T0, ['a']);
    folding.given(first, folding.impression(T0 + 2 * MINUTE, ['a']), folding.click(T0 + MINUTE, 'a'));
    expect(clicks(folding)).toMatchObject([{ label: 1, listKey: key53(first.eventId) }]);
  });

  it('with a recommendation id belongs to that list', () => {
    const folding = new Folding();
    const first = folding.impression(T0, ['a'], { recommendationId: 'r1' });
    folding.given(first, folding.impression(T0 + 1, ['a'], { recommendationId: 'r2' }));
    folding.given(folding.click(T0 + 2, 'a', { recommendationId: 'r1' }));
    expect(clicks(folding)).toMatchObject([{ label: 1, listKey: key53(first.eventId) }]);
  });

  it.each(['view', 'skip', 'dislike', 'dwell', 'rating'])(
    'is meant, not a %s: that closes nothing',
    (type) => {
      const folding = new Folding();
      folding.given(folding.impression(T0, ['a']), folding.interaction(T0 + 1, type, 'a'));
      expect(folding.taken().map(({ kind }) => kind)).toEqual(['exposure', 'outcome', 'engagement']);
    },
  );

  it('or another positive type closes with the weight of its type', () => {
    const folding = new Folding();
    folding.given(folding.impression(T0, ['a']), folding.interaction(T0 + 1, 'purchase', 'a'));
    expect(clicks(folding)).toMatchObject([{ label: 1, weight: 5 }]);
  });
});

describe('an interaction', () => {
  it('of a type without a weight is folded with weight 0 and counted', () => {
    const folding = new Folding();
    folding.given(folding.interaction(T0, 'applaud', 'a'));
    expect(folding.taken()).toMatchObject([{ kind: 'engagement', weight: 0, recentKeys: [] }]);
    expect(folding.fold.counters.unknownTypes).toBe(1);
    expect(folding.user().recents.size).toBe(0);
  });

  it('names the other recent positive items, the newest first, with their ages', () => {
    const folding = new Folding();
    folding.given(folding.click(T0, 'a'), folding.click(T0 + 5000, 'b'), folding.click(T0 + 7000, 'a'));
    folding.taken();
    folding.given(folding.click(T0 + 8000, 'c'));
    expect(folding.taken()).toMatchObject([
      { recentKeys: [key53('a'), key53('b')], recentAgesSeconds: [1, 3] },
    ]);
  });
});

describe('bounds', () => {
  it('forget the oldest impressions, and count them', () => {
    const folding = new Folding(testSettings({ pendingImpressionsMax: 2 }));
    const lists = [0, 1, 2].map((n) => folding.impression(T0 + n, ['a', 'b']));
    folding.given(...lists, folding.click(T0 + 10, 'a'));
    expect(clicks(folding)).toMatchObject([{ listKey: key53(lists[2]!.eventId) }]);
    expect(folding.fold.counters.overflows).toBe(1);
    expect(folding.user().pending.size).toBe(2);
  });

  it('end an impression that is older than all the open ones at once', () => {
    const folding = new Folding(testSettings({ pendingImpressionsMax: 1 }));
    folding.given(folding.impression(T0 + 10, ['a']), folding.impression(T0, ['b']));
    expect(folding.user().pending.size).toBe(1);
    expect(folding.fold.nextDeadline()).toBe(T0 + 1000 + WINDOW);
  });

  it('clip an event time that is too far ahead of the log', () => {
    const folding = new Folding();
    folding.append(T0, [folding.click(T0 + 90 * MINUTE, 'a')]);
    expect(folding.taken()).toMatchObject([{ timestamp: T0 + 5 * MINUTE }]);
    expect(folding.fold.streamTime).toBe(T0 + 5 * MINUTE);
    expect(folding.fold.counters.clippedTimestamps).toBe(1);
  });
});

describe('time', () => {
  it('of a tick with an older epoch is ignored and counted', () => {
    const folding = new Folding();
    folding.given(folding.impression(T0, ['a']), folding.tick(T0 + 1, 7), folding.tick(T0 + WINDOW, 6));
    expect(folding.user().pending.size).toBe(1);
    expect(folding.fold.counters).toMatchObject({ staleEpochs: 1, ticks: 1 });
    folding.given(folding.tick(T0 + WINDOW, 7));
    expect(folding.user().pending.size).toBe(0);
  });

  it('closes users by deadline, then by id, whatever the order they came in', () => {
    const folding = new Folding();
    const shown = (userId: string, at: number) => folding.impression(at, ['a'], { userId });
    folding.given(shown('z', T0), shown('m', T0), shown('a', T0 + 5000), shown('b', T0));
    for (const userId of ['z', 'm', 'a', 'b']) folding.given(folding.click(T0 + 6000, 'a', { userId }));
    folding.taken();
    folding.given(folding.tick(T0 + WINDOW + 5000));
    expect(folding.taken().map((record) => 'userKey' in record && record.userKey)).toEqual(
      ['b', 'm', 'z', 'a'].map(key53),
    );
  });

  it('makes the users required whose deadlines a tick in the batch makes due', () => {
    const folding = new Folding();
    folding.given(
      folding.impression(T0, ['a'], { userId: 'x' }),
      folding.impression(T0 + 9000, ['a'], { userId: 'y' }),
    );
    const batch = [folding.click(T0, 'a', { userId: 'v' }), folding.tick(T0 + WINDOW)].map(
      (event, index) => ({ index, event }),
    );
    expect([...folding.fold.required(batch, T0 + WINDOW)].sort()).toEqual(['v', 'x']);
  });
});
