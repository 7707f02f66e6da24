/** Decay by event time: halves per half-life, whatever the order and grouping of what is added. */
import fc from 'fast-check';
import { labelBook } from '#features';
import { DecayedEmbedding } from './decayed-embedding.js';
import { InterestTable } from './interest-table.js';
import { DAY, Folding, T0, testSettings } from './folding.fixture.js';

const HALF_LIFE = 86_400_000;
const SHORT = 900_000;

function table(additions: readonly { at: number; weight: number }[]): InterestTable {
  const made = new InterestTable();
  for (const { at, weight } of additions) {
    made.open(at, HALF_LIFE, SHORT, 8);
    made.addWeight(7, labelBook.idOf(0, 'x'), weight, 8);
  }
  return made;
}

const labelsOf = (made: InterestTable): string[] =>
  Array.from({ length: made.rows }, (_, row) => made.labelOf(row));

const additions = fc.array(
  fc.record({
    at: fc.integer({ min: T0, max: T0 + 3 * DAY }),
    weight: fc.double({ min: 0.1, max: 5, noNaN: true }),
  }),
  { minLength: 1, maxLength: 20 },
);

describe('a decayed interest', () => {
  it('halves once a half-life', () => {
    const made = table([{ at: T0, weight: 1 }]);
    expect(made.longAt(0, T0 + HALF_LIFE)).toBeCloseTo(0.5, 6);
    expect(made.shortAt(0, T0 + SHORT)).toBeCloseTo(0.5, 6);
    made.open(T0 + 3 * HALF_LIFE, HALF_LIFE, SHORT, 8);
    expect(made.longAt(0, T0 + 3 * HALF_LIFE)).toBeCloseTo(0.125, 6);
  });

  it('is Σ w·2^(−age/half-life), in any order of arrival', () => {
    fc.assert(
      fc.property(additions, fc.integer(), (list, seed) => {
        const latest = Math.max(...list.map(({ at }) => at));
        const expected = (halfLife: number) =>
          list.reduce((sum, { at, weight }) => sum + weight * 2 ** -((latest - at) / halfLife), 0);
        const shuffled = [...list].sort((a, b) => ((a.at * 31 + seed) % 97) - ((b.at * 31 + seed) % 97));
        for (const order of [list, shuffled]) {
          const made = table(order);
          expect(made.longAt(0, latest) / expected(HALF_LIFE)).toBeCloseTo(1, 4);
          expect(made.shortAt(0, latest) - expected(SHORT)).toBeCloseTo(0, 3);
        }
      }),
    );
  });

  it('absorbs another table as if its additions had been made here', () => {
    fc.assert(
      fc.property(additions, additions, (a, b) => {
        const [mine, other, both] = [table(a), table(b), table([...a, ...b])];
        mine.absorb(other, 8);
        const latest = Math.max(...[...a, ...b].map(({ at }) => at));
        expect(mine.longAt(0, latest) / both.longAt(0, latest)).toBeCloseTo(1, 4);
      }),
    );
  });

  it('is forgotten when nothing is left of it', () => {
    const made = table([{ at: T0, weight: 1 }]);
    made.open(T0 + 30 * DAY, HALF_LIFE, SHORT, 8);
    expect(made.rows).toBe(0);
  });

  it('makes room by giving up the weakest eighth; what was only shown fills at most half and replaces nothing', () => {
    const made = new InterestTable();
    made.open(T0, HALF_LIFE, SHORT, 16);
    for (let hash = 1; hash <= 10; hash++) made.addShown(hash, labelBook.idOf(0, `shown ${hash}`), 16);
    expect(labelsOf(made)).toHaveLength(8);
    for (let hash = 11; hash <= 18; hash++)
      made.addWeight(hash, labelBook.idOf(0, `liked ${hash}`), hash, 16);
    expect(labelsOf(made)).toHaveLength(16);
    made.addWeight(99, labelBook.idOf(0, 'newest'), 0.5, 16);
    expect(labelsOf(made)).toEqual(
      [3, 4, 5, 6, 7, 8]
        .map((n) => `shown ${n}`)
        .concat(
          [11, 12, 13, 14, 15, 16, 17, 18].map((n) => `liked ${n}`),
          'newest',
        ),
    );
    expect(made.rows).toBe(15);
  });
});

describe('a decayed embedding', () => {
  it('points where the newest half-life points', () => {
    const taste = new DecayedEmbedding();
    taste.add(Float32Array.of(2, 0), 1, T0, HALF_LIFE);
    taste.add(Float32Array.of(0, 3), 1, T0 + HALF_LIFE, HALF_LIFE);
    expect([...taste.vector!]).toEqual([0.5, 1]);
    taste.add(Float32Array.of(0, 3), 1, T0, HALF_LIFE);
    expect([...taste.vector!]).toEqual([0.5, 1.5]);
  });

  it('starts anew with vectors of another length, and ignores zero vectors', () => {
    const taste = new DecayedEmbedding();
    taste.add(Float32Array.of(0, 0), 1, T0, HALF_LIFE);
    expect(taste.vector).toBeUndefined();
    taste.add(Float32Array.of(1, 0), 1, T0, HALF_LIFE);
    taste.add(Float32Array.of(0, 0, 4), 1, T0, HALF_LIFE);
    expect([...taste.vector!]).toEqual([0, 0, 1]);
  });

  const OLD = Float32Array.of(0, 5);
  const NEW = Float32Array.of(0, 0, 2);
  function tasteOf(vectors: readonly Float32Array[]): DecayedEmbedding {
    const taste = new DecayedEmbedding();
    for (const vector of vectors) taste.add(vector, 1, T0, HALF_LIFE);
    return taste;
  }

  it('is not turned by an item whose vector has another length, and loses no more than that was worth', () => {
    const taste = tasteOf([OLD, OLD, OLD, NEW]);
    expect([...taste.vector!]).toEqual([0, 2]);
    taste.add(OLD, 1, T0, HALF_LIFE);
    taste.add(NEW, -1, T0 + HALF_LIFE, HALF_LIFE); // a dislike weighs as much; of what there was, half is left
    expect([...taste.vector!]).toEqual([0, 0.5]);
  });

  it('has the length that most of the interactions had, in whatever order they came (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (isNew) => {
        const lead = isNew.reduce((sum, is) => sum + (is ? 1 : -1), 0);
        fc.pre(lead !== 0);
        expect(tasteOf(isNew.map((is) => (is ? NEW : OLD))).vector).toHaveLength(lead > 0 ? 3 : 2);
      }),
    );
  });

  it('follows a deployment that changes its model: as soon as that is worth more, which time brings about by itself', () => {
    const taste = tasteOf(Array<Float32Array>(10).fill(OLD));
    const fates: string[] = [];
    for (let i = 0; i < 12; i++) {
      fates.push(taste.fateOf(NEW, 1, T0, HALF_LIFE));
      taste.add(NEW, 1, T0, HALF_LIFE);
    }
    expect(fates).toEqual([...Array<string>(9).fill('left out'), 'replaces', 'joins', 'joins']);
    expect([...taste.vector!]).toEqual([0, 0, 3]);

    const rested = tasteOf(Array<Float32Array>(10).fill(OLD));
    rested.add(NEW, 1, T0 + 4 * HALF_LIFE, HALF_LIFE);
    expect([...rested.vector!]).toEqual([0, 0, 1]);
  });

  it('of another length is absorbed by the same rule', () => {
    const [mine, other] = [tasteOf([OLD, OLD, OLD]), tasteOf([NEW, NEW])];
    mine.absorb(other, HALF_LIFE);
    expect([...mine.vector!]).toEqual([0, 1]);
    mine.absorb(other, HALF_LIFE);
    expect([...mine.vector!]).toEqual([0, 0, 2]);
  });

  it('is counted where another length was left out or has replaced it, before and after a recovery', () => {
    const folding = new Folding();
    const clicks = (...itemIds: string[]) => itemIds.map((itemId) => folding.click(T0, itemId));
    folding.given(...clicks('a', 'b', '!odd', 'c')).reload();
    expect(folding.user().embedding).toHaveLength(3);
    expect(folding.fold.counters).toMatchObject({ embeddingsLeftOut: 1, embeddingsReplaced: 0 });
    folding.given(...clicks('!new', '!newer', '!newest', '!last')).reload();
    expect(folding.user().embedding).toHaveLength(4);
    expect(folding.fold.counters.embeddingsReplaced).toBe(1);
  });
});

describe('sliding windows', () => {
  it('count (now − window, now] by event time, out of order or not', () => {
    const folding = new Folding();
    const at = [0, 299_999, 300_000, 3_600_000, 86_400_000, 86_399_999];
    folding.given(
      ...at.map((ms, i) => folding.interaction(T0 + ms, i % 2 === 0 ? 'click' : 'view', 'abc'[i % 3]!)),
    );
    const { actions, counters } = folding.user();
    const end = T0 + 86_400_000;
    expect([300, 3_600, 86_400].map((s) => actions.within(s * 1000, end))).toEqual([2, 2, 5]);
    expect(actions.within(300_000, T0 + 300_000)).toBe(2);
    expect(actions.counts(DAY, end, counters.types)).toEqual({
      total: 5,
      uniqueItems: 3,
      byType: { view: 3, click: 2 },
    });
  });

  it('keep the newest `windowEventsMax` actions', () => {
    const folding = new Folding(testSettings({ windowEventsMax: 3 }));
    folding.given(...[5, 4, 3, 2, 1].map((s) => folding.click(T0 + s * 1000, 'a')));
    expect(folding.user().actions.size).toBe(3);
    expect(folding.user().actionsWithin(2_001, T0 + 5000)).toBe(3);
  });
});
