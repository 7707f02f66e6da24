/** What serving and learning rely on: one code, deterministic, bounded, finite, explained. */
import fc from 'fast-check';
import { FEATURES_MAX, newFeatureVector, type FeatureVector } from '#events';
import {
  appendPosition,
  extractFeatures,
  familyOf,
  ALL_GROUPS,
  EXTRA_FEATURES,
  FEATURE_GROUPS,
  FeatureExtractor,
  usedGroups,
  type UsedGroups,
  itemHashes,
  labelHash,
  type ItemSignals,
  type UserSignals,
} from '#features';
import { ownNames } from './item-signals.js';
import { warp } from './scales.js';

const NOW = 1_750_000_000_000;
const HOUR = 3_600_000;

const item = (
  id: string,
  overrides: Partial<ItemSignals> & { attributes?: Record<string, unknown> } = {},
): ItemSignals => {
  const fields = {
    categories: ['film', 'drama'],
    tags: ['slow', 'rain'],
    brand: 'acme',
    priceBand: 3,
    ...overrides,
  };
  return { id, createdAt: NOW - 5 * HOUR, ...fields, hashes: itemHashes({ id, ...fields }) };
};

const nobody: UserSignals = {
  userHash: 1,
  segment: 0,
  profile: new Map(),
  profileHashes: [],
  interests: {
    rows: 0,
    hashes: [],
    dimensionOf: () => 0,
    labelOf: () => '',
    long: [],
    short: [],
    shown: [],
    clicked: [],
    shownTotal: 0,
    clickedTotal: 0,
    at: 0,
    halfLifeMs: 24 * HOUR,
    shortHalfLifeMs: HOUR / 4,
  },
  recents: { ids: [], hashes: [], lastCategory: 0, times: [] },
  shownItems: { hashes: [], counts: [], times: [] },
  actionsWithin: () => 0,
  actionsByType: () => ({}),
  embedding: undefined,
};

/** Likes drama and rain, saw and chose `seen`. */
const somebody: UserSignals = {
  ...nobody,
  userHash: 7,
  interests: {
    ...nobody.interests,
    rows: 2,
    hashes: [labelHash(0, 'drama'), labelHash(1, 'rain')],
    dimensionOf: (row) => (row === 0 ? 0 : 1),
    labelOf: (row) => ['drama', 'rain'][row]!,
    long: [3, 1],
    short: [1, 0],
    shown: [10, 2],
    clicked: [5, 0],
    shownTotal: 40,
    clickedTotal: 6,
    at: NOW - HOUR,
  },
  recents: {
    ids: ['seen'],
    hashes: [itemHashes({ id: 'seen', categories: [], tags: [], priceBand: 0 }).id],
    lastCategory: labelHash(0, 'film'),
    times: [NOW - HOUR],
  },
  shownItems: {
    hashes: [itemHashes({ id: 'seen', categories: [], tags: [], priceBand: 0 }).id],
    counts: [3],
    times: [NOW - HOUR],
  },
  embedding: Float32Array.of(1, 1),
};

function extracted(
  user: UserSignals,
  of: ItemSignals | undefined,
  id = of?.id ?? 'x',
  context?: Record<string, string | number | boolean>,
) {
  const out = newFeatureVector();
  const names: string[] = [];
  extractFeatures(user, of, id, context, NOW, out, names);
  return {
    out,
    names,
    byName: (name: string) => names.flatMap((n, i) => (n === name ? [out.values[i]!] : [])),
  };
}

const used = ({ indices, values, length }: FeatureVector) => [
  [...indices.subarray(0, length)],
  [...values.subarray(0, length)],
];

describe('extraction', () => {
  it('names each feature, and gives the same vector without names', () => {
    const { out, names } = extracted(somebody, item('seen'), 'seen', { device: 'phone' });
    expect(names).toHaveLength(out.length);
    const plain = newFeatureVector();
    extractFeatures(somebody, item('seen'), 'seen', { device: 'phone' }, NOW, plain);
    expect(used(plain)).toEqual(used(out));
  });

  it('of many items after one begin is that of each alone; the shared features come first and are equal', () => {
    const extractor = new FeatureExtractor();
    extractor.begin(somebody, undefined, NOW);
    const shared = extractor.shared(newFeatureVector());
    const first = extracted(somebody, item('a'));
    for (const id of ['a', 'seen', 'b']) {
      const out = newFeatureVector();
      extractor.extract(item(id), id, out);
      const alone = extracted(somebody, item(id));
      expect(used(out)).toEqual(used(alone.out));
      expect([...out.indices.subarray(0, shared)]).toEqual([...first.out.indices.subarray(0, shared)]);
    }
  });

  it('of an item the catalogue does not have knows who, when and which', () => {
    const { names } = extracted(somebody, undefined, 'seen');
    expect(names).toContain('item');
    expect(names).toContain('you chose it before');
    expect(names.some((name) => name.startsWith('category'))).toBe(false);
    expect(extracted(nobody, undefined, 'seen').out.indices).toContain(
      itemHashes({ id: 'seen', categories: [], tags: [], priceBand: 0 }).own.indices[0],
    );
  });

  it('matches interests decayed to now: half as much a half-life later', () => {
    const level = (now: number) => {
      const out = newFeatureVector();
      const names: string[] = [];
      extractFeatures(somebody, item('a'), 'a', undefined, now, out, names);
      return out.values[names.indexOf('your interest in its category')]!;
    };
    const raw = (value: number) => value / (1 - value);
    expect(raw(level(NOW + 23 * HOUR)) / raw(level(NOW - HOUR))).toBeCloseTo(0.5, 4);
    expect(extracted(nobody, item('a')).names.some((name) => name.startsWith('your interest'))).toBe(false);
  });

  it('tells labels the user clicks more than usual when shown from those clicked less', () => {
    const { byName } = extracted(somebody, item('a'));
    expect(byName('your clicks on its category when shown')[0]).toBeGreaterThan(0);
    expect(byName('your clicks on its tag when shown')[0]).toBeLessThan(0);
  });

  it('knows what was shown and chosen before', () => {
    expect(extracted(somebody, item('seen')).names).toEqual(
      expect.arrayContaining(['you chose it before', 'shown to you before']),
    );
    expect(extracted(somebody, item('other')).names).not.toContain('shown to you before');
  });

  it('takes the hour from the context, else from the event time in UTC', () => {
    const indexOfHour = (context?: Record<string, number>) => {
      const { out, names } = extracted(nobody, undefined, 'x', context);
      return out.indices[names.indexOf('hour')]!;
    };
    const utc = new Date(NOW).getUTCHours();
    expect(indexOfHour({ hour: utc })).toBe(indexOfHour());
    expect(indexOfHour({ hour: (utc + 1) % 24 })).not.toBe(indexOfHour());
    expect(indexOfHour({ hour: 99 })).toBe(indexOfHour());
  });

  it('compares embeddings of equal length only', () => {
    const { byName } = extracted(somebody, item('a', { embedding: Float32Array.of(2, 2) }));
    expect(byName('similar to what you chose')[0]).toBeCloseTo(1, 6);
    expect(
      extracted(somebody, item('a', { embedding: Float32Array.of(1, 1, 1) })).byName(
        'similar to what you chose',
      ),
    ).toEqual([]);
  });

  it('never yields a value that is not finite, and keeps one entry free for the position', () => {
    const label = fc.string({ minLength: 1, maxLength: 6 });
    const number = fc.double();
    fc.assert(
      fc.property(
        fc.array(label, { maxLength: 16 }),
        fc.array(label, { maxLength: 64 }),
        fc.dictionary(
          label.map((l) => `f_${l}`),
          number,
        ),
        fc.array(number, { minLength: 2, maxLength: 2 }),
        number,
        (categories, tags, attributes, values, total) => {
          const wild = {
            ...somebody,
            interests: {
              ...somebody.interests,
              long: values,
              clicked: values,
              shown: values,
              shownTotal: total,
            },
          };
          const { out } = extracted(
            wild,
            item('a', {
              categories,
              tags,
              attributes,
              createdAt: total,
              embedding: Float32Array.from(values),
            }),
          );
          expect(out.length).toBeLessThan(FEATURES_MAX);
          for (let i = 0; i < out.length; i++) expect(Number.isFinite(out.values[i])).toBe(true);
        },
      ),
    );
  });
});

describe('numeric attributes', () => {
  const knots = (attributes: Record<string, unknown>) => {
    const fields = { id: 'a', categories: [], tags: [], priceBand: 0, attributes };
    const hashes = itemHashes(fields);
    const names = ownNames({ ...fields, createdAt: 0, hashes });
    return { names: names.slice(1), values: hashes.own.values.slice(1) };
  };

  it('are two knots that sum to 1', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const { values } = knots({ f_x: value });
        expect(values).toHaveLength(2);
        expect(values[0]! + values[1]!).toBeCloseTo(1, 5);
      }),
    );
  });

  it('without the prefix, or not finite, are none; the others come by name', () => {
    expect(knots({ x: 1, f_text: '1', f_nan: NaN }).names).toEqual([]);
    expect(knots({ f_b: 1, f_a: 2 }).names).toEqual(['a', 'a', 'b', 'b']);
  });

  it('lie on an axis that is odd, monotone and continuous', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e12, max: 1e12, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (x, step) => {
          expect(warp(x + step)).toBeGreaterThanOrEqual(warp(x));
          expect(warp(-x)).toBe(-warp(x) || 0);
        },
      ),
    );
    for (const edge of [2, 16]) expect(warp(edge) - warp(edge - 1e-9)).toBeCloseTo(0, 6);
  });
});

describe('the position', () => {
  it('is one feature: slots 1 to 10 apart, wider buckets beyond', () => {
    const bucket = (position: number) => {
      const out = newFeatureVector();
      appendPosition(out, position);
      expect(out.length).toBe(1);
      return out.indices[0]!;
    };
    expect(new Set(Array.from({ length: 10 }, (_, i) => bucket(i + 1))).size).toBe(10);
    expect(bucket(100)).toBe(bucket(101));
    expect(bucket(10_000)).not.toBe(bucket(100));
  });
});

describe('A group of features left out', () => {
  const all = indicesOf(ALL_GROUPS);

  it.each(FEATURE_GROUPS)('is gone, and every other feature stays: %s', (group) => {
    const rest = indicesOf(usedGroups([group]));
    if (group === 'rates') {
      expect(rest.map(familyOf).every((family) => family === 0)).toBe(true);
      expect(rest).toHaveLength(all.length);
      return;
    }
    expect(rest.length).toBeLessThan(all.length);
    expect(all).toEqual(expect.arrayContaining(rest));
  });

  it.each(EXTRA_FEATURES)('and an extra one is there only when it is asked for: %s', (extra) => {
    const more = indicesOf(usedGroups([], [extra]));
    expect(more.length).toBeGreaterThan(all.length);
    expect(more).toEqual(expect.arrayContaining(all));
  });

  function indicesOf(groups: UsedGroups): number[] {
    const user: UserSignals = {
      ...somebody,
      actionsByType: () => ({ click: 3, like: 1 }),
      profile: new Map([['country', 'NO']]),
      profileHashes: [77],
    };
    const out = newFeatureVector();
    const extractor = new FeatureExtractor();
    extractor.begin(user, { device: 'phone' }, NOW, groups);
    extractor.extract({ ...item('seen'), embedding: Float32Array.of(1, 0) }, 'seen', out);
    return [...out.indices.subarray(0, out.length)];
  }
});
