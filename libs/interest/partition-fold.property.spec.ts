/** The algebra of the fold, on random logs. fast-check prints the seed and path of a failure: replay it with them. */
import fc from 'fast-check';
import type { FeedbackRecord, LogEvent } from '#events';
import { SeededRandom } from '#kernel';
import { EARLY_CLICKS_MAX, PENDING_ITEMS_MAX, SERVED_LISTS_MAX, SHOWN_ITEMS_MAX } from './limits.js';
import { Folding, T0, testSettings } from './folding.fixture.js';
import { encodeUser, userBytes } from './user-codec.js';

const settings = testSettings({
  pendingImpressionsMax: 4,
  interestsMax: 12,
  recentMax: 6,
  windowEventsMax: 10,
  dedupeMax: 40,
});

const user = fc.constantFrom('u', 'v', 'visitor');
const item = fc.constantFrom(...'abcdefgh', '?x');
/** Up to two hours, in any order. */
const time = fc.integer({ min: 0, max: 7_200_000 }).map((ms) => T0 + ms);
const list = fc.constantFrom('r1', 'r2', undefined);

const body = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('interaction'),
      userId: user,
      timestamp: time,
      itemId: item,
      recommendationId: list,
      type: fc.constantFrom('click', 'click', 'purchase', 'view', 'dislike', 'rating', 'strange'),
      value: fc.constantFrom(undefined, 1, 5),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('impression'),
      userId: user,
      timestamp: time,
      recommendationId: list,
      items: fc.array(
        item.map((itemId) => ({ itemId })),
        { minLength: 1, maxLength: 5 },
      ),
      context: fc.constantFrom(undefined, { device: 'phone', hour: 7 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('tick'),
      timestamp: time,
      epoch: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('served'),
      userId: user,
      timestamp: time,
      recommendationId: fc.constantFrom('r1', 'r2'),
      epoch: fc.constant(2),
      items: fc.array(
        item.map((itemId) => ({ itemId, position: 1, score: 1, channel: 'c', propensity: 0.3 })),
        { maxLength: 3 },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('profile'),
      userId: user,
      timestamp: time,
      attributes: fc.constantFrom(
        { age: 3 },
        { age: null },
        { segment: 'vip' },
        { segment: null, city: 'Oslo' },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('merge'), userId: user, timestamp: time, intoUserId: user }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase'), userId: user, timestamp: time }) },
);

const log = fc
  .array(body, { maxLength: 60 })
  .map((events) => events.map((event, i) => ({ version: 1, eventId: `e${i}`, ...event }) as LogEvent));

/** Folds one event after another, feeding handovers back as the shell does. */
function folded(
  events: readonly LogEvent[],
  each: (folding: Folding, i: number) => void = () => undefined,
): Folding {
  const folding = new Folding(settings);
  events.forEach((event, i) => {
    folding.append(T0 + 7_200_000, [event]);
    for (const { event: absorb } of folding.effects.splice(0)) folding.append(T0 + 7_200_000, [absorb]);
    each(folding, i);
  });
  return folding;
}

const withoutCause = (records: FeedbackRecord[]) => records.map((record) => ({ ...record, cause: 0 }));

describe('the fold of a partition', () => {
  it('gives the same bytes and records when its users are packed at any point', () => {
    fc.assert(
      fc.property(log, fc.nat(60), (events, every) => {
        const plain = folded(events);
        const packed = folded(events, (folding, i) => i % (every + 1) === 0 && folding.repack());
        expect(packed.bytes()).toBe(plain.bytes());
        expect(packed.taken()).toEqual(plain.taken());
      }),
    );
  });

  it('gives the same bytes and records when it is encoded and decoded at any point', () => {
    fc.assert(
      fc.property(log, fc.nat(60), fc.nat(60), (events, a, b) => {
        const plain = folded(events);
        const reloaded = folded(events, (folding, i) => (i === a || i === b) && folding.reload());
        expect(reloaded.bytes()).toBe(plain.bytes());
        expect(reloaded.taken()).toEqual(plain.taken());
      }),
    );
  });

  it('does not change when any event is delivered again, at any later place', () => {
    // Ticks and erasures carry no identity that outlives them; everything else does.
    const repeatable = (event: LogEvent) => event.kind !== 'tick' && event.kind !== 'erase';
    fc.assert(
      fc.property(
        log.map((events) => events.filter(({ kind }) => kind !== 'erase')),
        fc.nat(),
        fc.nat(),
        (events, which, after) => {
          const candidates = events.filter(repeatable);
          if (candidates.length === 0) return;
          const again = candidates[which % candidates.length]!;
          const place = events.indexOf(again) + 1;
          const later = place + (after % (events.length - place + 1));
          const repeated = [...events.slice(0, later), again, ...events.slice(later)];
          const [once, twice] = [folded(events), folded(repeated)];
          expect(twice.fold.counters.duplicates).toBe(once.fold.counters.duplicates + 1);
          twice.fold.counters.duplicates--;
          if (again.timestamp > once.fold.streamTime) return;
          expect(twice.bytes()).toBe(once.bytes());
          expect(withoutCause(twice.taken())).toEqual(withoutCause(once.taken()));
        },
      ),
    );
  });

  it('does not depend on how entries are cut into calls', () => {
    fc.assert(
      fc.property(log, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (events, cuts) => {
        const entries = events.map((event, index) => ({ index, event }));
        const whole = new Folding(settings);
        whole.fold.fold(1, T0 + 7_200_000, entries);
        const cut = new Folding(settings);
        for (let at = 0, n = 0; at < entries.length; n++) {
          const size = cuts[n % cuts.length]!;
          cut.fold.fold(1, T0 + 7_200_000, entries.slice(at, at + size));
          at += size;
        }
        expect(cut.bytes()).toBe(whole.bytes());
        expect(cut.taken()).toEqual(whole.taken());
      }),
    );
  });

  it('names every user it touches as required beforehand', () => {
    fc.assert(
      fc.property(log, fc.nat(60), (events, cut) => {
        const before = folded(events.slice(0, cut));
        const rest = events.slice(cut).map((event, index) => ({ index, event }));
        const required = before.fold.required(rest, T0 + 7_200_000);
        const touched = new Set<string>();
        const states = new Map(
          [...before.users].map(([id, state]) => [id, Buffer.from(encodeUser(state)).toString('hex')]),
        );
        before.fold.fold(99, T0 + 7_200_000, rest);
        for (const [id, bytes] of states) {
          const after = before.users.get(id);
          if (!after || Buffer.from(encodeUser(after)).toString('hex') !== bytes) touched.add(id);
        }
        for (const id of touched) expect(required.has(id)).toBe(true);
      }),
    );
  });

  it('accounts for every shown item: one outcome each, and at most one click that revises it', () => {
    fc.assert(
      fc.property(log, (events) => {
        const folding = folded(events);
        const records = folding.taken();
        const shown = records.flatMap((r) => (r.kind === 'exposure' ? r.itemKeys : [])).length;
        const outcomes = records.filter((r) => r.kind === 'outcome');
        const named = (label: 0 | 1) =>
          outcomes.filter((r) => r.label === label).map(({ listKey, itemKey }) => `${listKey} ${itemKey}`);
        const [unclicked, clicked] = [named(0), named(1)];
        expect(unclicked).toHaveLength(shown);
        expect(new Set(clicked).size).toBe(clicked.length);
        expect(unclicked).toEqual(expect.arrayContaining(clicked));
        expect(folding.fold.counters).toMatchObject({
          positives: clicked.length,
          negatives: unclicked.length,
        });
      }),
    );
  });

  it('stays bounded under 100,000 events of one user and its visitors', () => {
    const random = new SeededRandom(99);
    const folding = new Folding(testSettings());
    const ids = Array.from({ length: 2_000 }, (_, i) => `${String.fromCharCode(97 + (i % 26))}${i}`);
    for (let n = 0; n < 100_000; n += 50) {
      const events = Array.from({ length: 50 }, (_, i): LogEvent => {
        const at = T0 + (n + i) * 400 - random.below(1_000_000);
        if (random.next() < 0.03)
          return folding.impression(
            at,
            Array.from({ length: 1 + random.below(20) }, () => random.pick(ids)),
          );
        return folding.interaction(
          at,
          random.pick(['click', 'view', 'purchase', 'dislike', `own-${random.below(40)}`]),
          random.pick(ids),
        );
      });
      folding.append(T0 + n * 400 + 2e6, events);
      folding.records.length = 0;
    }
    const {
      interests,
      recents,
      pending,
      seen,
      actions,
      purchased,
      disliked,
      shownItems,
      served,
      earlyClicks,
    } = folding.user();
    expect(interests.hashes.length).toBeLessThanOrEqual(256);
    expect(recents.size).toBeLessThanOrEqual(50);
    expect(pending.size).toBeLessThanOrEqual(32);
    expect(pending.values().reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(PENDING_ITEMS_MAX);
    expect(seen.size).toBeLessThanOrEqual(2_048);
    expect(actions.size).toBeLessThanOrEqual(256);
    expect(purchased.size).toBeLessThanOrEqual(256);
    expect(disliked.size).toBeLessThanOrEqual(128);
    expect(shownItems.hashes.length).toBeLessThanOrEqual(SHOWN_ITEMS_MAX);
    expect(served.size).toBeLessThanOrEqual(SERVED_LISTS_MAX);
    expect(earlyClicks.size).toBeLessThanOrEqual(EARLY_CLICKS_MAX);
    expect(encodeUser(folding.user()).length).toBeLessThan(400_000);
    expect(userBytes(folding.user())).toBeLessThan(500_000);
    expect(folding.fold.encode().length).toBeLessThan(10_000);
  });
});
