/** Merging a visitor into a user, erasing, profiles. */
import type { LogEvent } from '#events';
import { key53 } from '#kernel';
import { Folding, MINUTE, T0, testSettings } from './folding.fixture.js';
import { segmentCode } from './segments.js';
import { decodeUser, encodeUser } from './user-codec.js';

const WINDOW = 30 * MINUTE;
const merge = (folding: Folding, at: number, into = 'u'): LogEvent => ({
  kind: 'merge',
  ...folding.base(at),
  userId: 'visitor',
  intoUserId: into,
});

function merged(): Folding {
  const folding = new Folding();
  const visitor = { userId: 'visitor' };
  folding.given(folding.click(T0, 'b'), folding.interaction(T0 + 1, 'purchase', 'd'));
  folding.given(
    folding.impression(T0 + 2, ['a', 'c'], visitor),
    folding.click(T0 + 3, 'a', visitor),
    folding.interaction(T0 + 4, 'purchase', 'f', visitor),
    { kind: 'profile', ...folding.base(T0 + 5), userId: 'visitor', attributes: { country: 'NO' } },
  );
  folding.taken();
  folding.given(merge(folding, T0 + MINUTE));
  return folding;
}

describe('a merge', () => {
  it('empties the visitor, who remembers into whom, and asks for one absorb event', () => {
    const folding = merged();
    const visitor = folding.user('visitor');
    expect(visitor.mergedInto).toBe('u');
    expect([
      visitor.recents.size,
      visitor.pending.size,
      visitor.counters.interactions,
      visitor.profile.size,
    ]).toEqual([0, 0, 0, 0]);
    expect(folding.fold.nextDeadline()).toBeUndefined();
    expect(folding.effects).toHaveLength(1);
    expect(folding.effects[0]!.event).toMatchObject({
      kind: 'absorb',
      userId: 'u',
      fromUserId: 'visitor',
      timestamp: T0 + MINUTE,
    });
  });

  it('is absorbed: interests, recents, purchases, windows, counters, profile and open impressions', () => {
    const folding = merged();
    folding.given(folding.effects[0]!.event);
    const user = folding.user();
    expect(user.recents.ids).toEqual(['b', 'd', 'a', 'f']);
    expect(user.purchased.has(key53('d')) && user.purchased.has(key53('f'))).toBe(true);
    expect(user.counters).toMatchObject({ interactions: 4, impressions: 1, attributedClicks: 1 });
    expect(user.counters.ofType('purchase')).toBe(2);
    expect(user.actionsWithin(300_000, T0 + MINUTE)).toBe(4);
    expect(user.profile.get('country')).toBe('NO');
    folding.given(folding.click(T0 + 2 * MINUTE, 'c'));
    expect(folding.outcomes()).toMatchObject([{ label: 1, userKey: key53('u'), itemKey: key53('c') }]);
    folding.given(folding.tick(T0 + 2 * WINDOW));
    expect(folding.outcomes()).toEqual([]);
    expect(folding.fold.counters).toMatchObject({ merges: 1, absorbs: 1 });
  });

  it('appended twice, absorbed twice, changes the user once', () => {
    const folding = merged();
    const { event } = folding.effects[0]!;
    folding.given(event);
    const before = folding.userBytes();
    folding.given({ ...event });
    expect(folding.userBytes()).toBe(before);
  });

  it('re-sent does not hand over twice', () => {
    const folding = new Folding();
    const event = merge(folding, T0 + 1);
    folding.given(
      folding.click(T0, 'a', { userId: 'visitor' }),
      event,
      folding.click(T0 + 2, 'b', { userId: 'visitor' }),
      event,
    );
    expect(folding.effects).toHaveLength(1);
    expect(folding.user('visitor').recents.ids).toEqual(['b']);
  });

  it('into oneself changes nothing but is remembered', () => {
    const folding = new Folding();
    folding.given(folding.click(T0, 'a', { userId: 'visitor' }), merge(folding, T0 + 1, 'visitor'));
    expect(folding.effects).toEqual([]);
    expect(folding.user('visitor').recents.size).toBe(1);
    expect(folding.user('visitor').mergedInto).toBeUndefined();
  });

  it('leads to the interests of one user who did all of it', () => {
    const folding = merged();
    folding.given(folding.effects[0]!.event);
    const alone = new Folding();
    alone.given(
      alone.click(T0, 'b'),
      alone.interaction(T0 + 1, 'purchase', 'd'),
      alone.impression(T0 + 2, ['a', 'c']),
    );
    alone.given(alone.click(T0 + 3, 'a'), alone.interaction(T0 + 4, 'purchase', 'f'));
    const weights = ({ interests }: ReturnType<Folding['user']>) =>
      Object.fromEntries(
        Array.from({ length: interests.rows }, (_, row) => [
          `${interests.dimensionOf(row)} ${interests.labelOf(row)}`,
          interests.long[row]!,
        ]),
      );
    const expected = weights(alone.user());
    const actual = weights(folding.user());
    for (const [label, weight] of Object.entries(expected)) expect(actual[label]).toBeCloseTo(weight, 4);
  });

  it('counts nothing twice: the absorbing itself says nothing to the learner', () => {
    const folding = merged();
    folding.taken();
    folding.given(folding.effects[0]!.event);
    expect(folding.taken()).toEqual([]);
    folding.given(folding.tick(T0 + 2 * WINDOW));
    expect(folding.user().pending.size).toBe(0);
    expect(folding.outcomes()).toEqual([]);
    folding.given(folding.tick(T0 + 4 * WINDOW));
    expect(folding.taken()).toEqual([]);
  });

  it('leaves an outcome what was known of the visitor when the list was shown', () => {
    const folding = new Folding();
    const visitor = { userId: 'visitor' };
    folding.given(folding.click(T0, 'a', visitor), folding.impression(T0 + 1, ['c'], visitor));
    const [shown] = folding.taken().filter((record) => record.kind === 'exposure');
    expect(shown!.taste).not.toBe(0);
    for (let i = 0; i < 9; i++) folding.given(folding.click(T0 + 2 + i, 'b'));
    folding.given(merge(folding, T0 + MINUTE));
    folding.given(folding.effects[0]!.event, folding.click(T0 + 2 * MINUTE, 'c'));
    expect(folding.outcomes()).toMatchObject([
      { label: 1, userKey: key53('u'), taste: shown!.taste, segment: segmentCode('new') },
    ]);
  });

  it('makes the segment that of both together', () => {
    const segments = [{ name: 'buyer', atLeast: { purchase: 2 }, profile: {} }];
    const folding = new Folding(testSettings({ segments }));
    folding.given(
      folding.interaction(T0, 'purchase', 'a'),
      folding.interaction(T0 + 1, 'purchase', 'b', { userId: 'visitor' }),
    );
    expect(folding.user().segmentName).toBe('new');
    folding.given(merge(folding, T0 + MINUTE));
    expect(folding.user('visitor').segmentName).toBe('new');
    folding.given(folding.effects[0]!.event);
    expect(folding.user().segmentName).toBe('buyer');
    expect(folding.reload().user().segmentName).toBe('buyer');
  });

  it('hands over what the visitor does afterwards with the next merge, and only that', () => {
    const folding = new Folding();
    const visitor = { userId: 'visitor' };
    folding.given(folding.click(T0, 'a', visitor), merge(folding, T0 + 1));
    folding.given(folding.effects[0]!.event);
    folding.given(folding.click(T0 + 2, 'b', visitor), merge(folding, T0 + 3));
    folding.given(folding.effects[1]!.event);
    expect(folding.user().counters.interactions).toBe(2);
    expect(folding.user().recents.ids).toEqual(['a', 'b']);
  });

  it('of an unreadable state is counted and ignored', () => {
    const folding = new Folding();
    folding.given({
      kind: 'absorb',
      ...folding.base(T0),
      fromUserId: 'x',
      state: Buffer.from('nonsense').toString('base64'),
    });
    expect(folding.fold.counters).toMatchObject({ unreadableAbsorbs: 1, absorbs: 0 });
  });

  it('too large for one event forgets the oldest impressions', () => {
    const folding = new Folding();
    const many = Array.from({ length: 100 }, (_, i) => `#${i}`);
    const lists = [0, 1, 2, 3].map((n) => folding.impression(T0 + n, many, { userId: 'visitor' }));
    const visitor = { userId: 'visitor' };
    folding.given(
      folding.interaction(T0 - 1, 'view', '#1', visitor),
      ...lists,
      folding.click(T0 + 5, '#1', visitor),
    );
    folding.taken();
    folding.given(merge(folding, T0 + 6));
    expect(folding.outcomes()).toEqual([]);
    expect(folding.effects[0]!.event.state.length).toBeLessThanOrEqual(350_000);
    folding.given(folding.effects[0]!.event);
    expect(folding.user().pending.size).toBe(3);
    expect(folding.fold.counters.overflows).toBe(1);
  });
});

describe('erasing', () => {
  it('forgets the user and everything open, without outcomes', () => {
    const folding = new Folding();
    folding.given(folding.impression(T0, ['a', 'b']));
    folding.taken();
    folding.given({ kind: 'erase', ...folding.base(T0 + 1) }, folding.tick(T0 + WINDOW));
    expect(folding.users.size).toBe(0);
    expect(folding.taken()).toEqual([]);
    expect(folding.fold.counters).toMatchObject({ erasures: 1, erasedImpressions: 1 });
    expect(folding.fold.nextDeadline()).toBeUndefined();
  });
});

describe('a profile', () => {
  it('sets and removes attributes; its segment decides', () => {
    const folding = new Folding();
    folding.given({ kind: 'profile', ...folding.base(T0), attributes: { segment: 'vip', age: 30 } });
    const vip = folding.user().segment;
    expect(vip).toBeGreaterThanOrEqual(16);
    folding.given({ kind: 'profile', ...folding.base(T0), attributes: { segment: null } });
    expect(folding.user().segment).toBe(0);
    expect([...folding.user().profile]).toEqual([['age', 30]]);
  });

  it('is the same before and after it is stored, whatever names it was given', () => {
    const folding = new Folding();
    const profile = (attributes: Record<string, number | null>): LogEvent => ({
      kind: 'profile',
      ...folding.base(T0),
      attributes,
    });
    folding.given(profile({ 'a\ud800': 1, 'a\udc00': 2, '😀': 3 }));
    const stored = encodeUser(folding.user());
    expect(encodeUser(decodeUser(stored))).toEqual(stored);
    expect([...folding.user().profile]).toEqual([
      ['a\ufffd', 2],
      ['😀', 3],
    ]);
    folding.given(profile({ 'a\ud801': null }));
    expect([...folding.user().profile]).toEqual([['😀', 3]]);
  });
});
