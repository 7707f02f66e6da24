import type { Engagement } from '#events';
import { SeededRandom } from '#kernel';
import { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { DEFAULT_STATISTICS, type ModelSettings } from '../model-settings.js';
import type { ModelTable } from '../model-table.js';
import { ModelReplica } from '../model-replica.js';
import { OnlineModel } from '../online-model.js';
import { affinity } from './matrix-factorisation.js';
import { newNextItemTables, type NextItemTables } from './next-item-tables.js';
import { RecentLinks } from './recent-links.js';
import { kindOf, SIGNAL, SITUATIONS } from './signals.js';
import { Transitions } from './transitions.js';

const START = 1_700_000_000_000;
const SETTINGS: ModelSettings = {
  bits: 10,
  noClickWeight: 0.1,
  seed: 7,
  ftrl: { alpha: 0.1, beta: 1, l1: 0.1, l2: 1 },
  fm: { factors: 4, alpha: 0.05, l2: 1e-5, initScale: 0.01 },
  olr: { alpha: 0.05 },
  debias: { method: 'feature', weightMax: 10, ctr: 'shown' },
  holdSeconds: 0,
  statistics: { ...DEFAULT_STATISTICS, itemsMax: 5_000, covisitationItemsMax: 5_000 },
  metricsWindow: 300,
};
const TASTES = 4;
const ITEMS_EACH = 25;

/** Users of four tastes take the items of their own, each followed most often by the next one. */
function engagements(count: number, seed = 1): Engagement[] {
  const random = new SeededRandom(seed);
  const taken = new Map<number, { key: number; at: number }[]>();
  return Array.from({ length: count }, (_, i): Engagement => {
    const user = 1 + random.below(60);
    const recent = taken.get(user) ?? [];
    const taste = user % TASTES;
    const last = recent.at(-1)?.key ?? 0;
    const place = random.next() < 0.5 ? (last + 1) % ITEMS_EACH : random.below(ITEMS_EACH);
    const itemKey = 1_000 + taste * ITEMS_EACH + place;
    const timestamp = START + i * 60_000;
    const others = recent.filter(({ key }) => key !== itemKey).reverse();
    taken.set(user, [...others.reverse().slice(-15), { key: itemKey, at: timestamp }]);
    const newest = [...others].reverse();
    return {
      kind: 'engagement',
      cause: { sequence: i, index: 0 } as Engagement['cause'],
      timestamp,
      userKey: user,
      itemKey,
      segment: 0,
      typeHash: 1,
      weight: 1,
      itemLabels: [9_000 + taste, 9_100 + (place % 7)],
      recentKeys: newest.map(({ key }) => key),
      recentAgesSeconds: newest.map(({ at }) => (timestamp - at) / 1000),
    };
  });
}

function modelOf(records: readonly Engagement[], model = new OnlineModel(SETTINGS)): OnlineModel {
  for (const record of records) {
    model.sequence++;
    model.engagement(record);
  }
  return model;
}

const TRAINED = [1, 1, 2].map((seed) => modelOf(engagements(300, seed)));
const NAMES = Object.keys(newNextItemTables()) as (keyof NextItemTables)[];

function bytesOf(table: ModelTable): Buffer {
  const writer = new ByteWriter();
  table.encode(writer);
  return Buffer.from(writer.bytes());
}

describe.each(NAMES)('The table %s', (name) => {
  it('has equal bytes for equal records, and other bytes for others', () => {
    const [a, b, c] = TRAINED.map(({ scorer }) => bytesOf(scorer.tables[name]));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it('comes back from its bytes', () => {
    const stored = bytesOf(TRAINED[0]!.scorer.tables[name]);
    const restored = newNextItemTables()[name];
    restored.decode(new ByteReader(stored));
    expect(bytesOf(restored)).toEqual(stored);
  });
});

it('The mix never writes more than it says', () => {
  const { mix } = TRAINED[0]!.scorer.tables;
  const rows = mix.dirty.drain(mix.dirty.size);
  for (const row of rows) {
    const writer = new ByteWriter();
    mix.encodeRows(writer, Uint32Array.of(row));
    expect(writer.length).toBeLessThanOrEqual(mix.rowBytesMax + 5);
  }
});

it('A model restored from a snapshot goes on as if it had never stopped', () => {
  const records = engagements(600);
  const whole = modelOf(records);
  const { header, chunks } = modelOf(records.slice(0, 300)).encodeSnapshot();
  const resumed = modelOf(records.slice(300), OnlineModel.decodeSnapshot(header, chunks));
  expect(resumed.hash().parts).toEqual(whole.hash().parts);
});

it('A replica that follows deltas finds what the model finds', () => {
  const records = engagements(600);
  const model = new OnlineModel(SETTINGS);
  const { header, chunks } = model.encodeSnapshot();
  const replica = ModelReplica.fromSnapshot(header, chunks);
  for (let from = 0; from < records.length; from += 100) {
    modelOf(records.slice(from, from + 100), model);
    for (let delta = model.drainDelta(); delta; delta = model.drainDelta()) {
      replica.applyDelta(delta);
      replica.applyDelta(delta);
    }
  }
  const [found, own] = [replica, ModelReplica.of(model)].map((side) => {
    const next = side.nextItems(situationOf(records.at(-1)!));
    return { keys: [...next.keys.slice(0, next.size)], order: [...next.ranked()], size: next.size };
  });
  expect(found).toEqual(own);
  expect(found!.size).toBeGreaterThan(20);
});

it('Asked about given items alone, the mix says what it says of all, and holds those that no channel found below', () => {
  const records = engagements(600);
  const replica = ModelReplica.of(modelOf(records));
  const situation = situationOf(records.at(-1)!);
  const next = replica.nextItems(situation);
  const found = [...next.keys.slice(0, next.size)].filter((_, i) => i % 3 === 0);
  const expected = found.map((key) => next.logit(key));
  const strangers = [7, 8, 9];
  const among = replica.nextItemsAmong(situation, [...strangers, ...found]);
  expect(found.map((key) => among.logit(key))).toEqual(expected);
  for (const key of strangers) expect(among.logit(key)).toBeLessThanOrEqual(Math.min(...expected));
  // More than fit at once; and none that a channel found.
  const many = Array.from({ length: 2_000 }, (_, i) => found[i] ?? 50_000 + i).reverse();
  const longer = replica.nextItemsAmong(situation, many);
  expect(found.map((key) => longer.logit(key))).toEqual(expected);
  const none = replica.nextItemsAmong(situation, strangers);
  expect(strangers.map((key) => none.logit(key))).toEqual([0, 0, 0]);
});

it('The mix learns to recommend what the user takes next', () => {
  const records = engagements(2_000);
  const model = modelOf(records.slice(0, 1_700));
  let hits = 0;
  let popular = 0;
  for (const record of records.slice(1_700)) {
    const next = ModelReplica.of(model).nextItems(situationOf(record));
    const known = new Set(record.recentKeys);
    const order = [...next.ranked()].map((place) => next.keys[place]!).filter((key) => !known.has(key));
    const trending = model.scorer.tables.statistics.trending(100, record.timestamp, 86_400).keys;
    if (!known.has(record.itemKey)) {
      if (order.slice(0, 5).includes(record.itemKey)) hits++;
      if (
        trending
          .filter((key) => !known.has(key))
          .slice(0, 5)
          .includes(record.itemKey)
      )
        popular++;
    }
    modelOf([record], model);
  }
  expect(hits).toBeGreaterThan(3 * popular);
});

it('Vectors of a user and the items of their taste point the same way', () => {
  const { userFactors, itemFactors } = modelOf(engagements(2_000)).scorer.tables;
  const mean = (taste: number): number => {
    let sum = 0;
    for (let place = 0; place < ITEMS_EACH; place++)
      sum += affinity(
        userFactors,
        itemFactors,
        userFactors.find(4),
        itemFactors.find(1_000 + taste * ITEMS_EACH + place),
      );
    return sum;
  };
  expect(mean(0)).toBeGreaterThan(Math.max(mean(1), mean(2), mean(3)));
});

it('Transitions keep the direction, and count what came soon for more', () => {
  const transitions = new Transitions(10);
  transitions.recordEngagement(2, 1, START, [1], [60]);
  transitions.recordEngagement(3, 1, START, [1], [86_400 * 3]);
  const chances = new Map<number, number>();
  transitions.each(1, (key, chance) => void chances.set(key, chance));
  expect(chances.get(2)).toBeGreaterThan(4 * chances.get(3)!);
  let backwards = 0;
  transitions.each(2, () => void backwards++);
  expect(backwards).toBe(0);
});

it('Links keep the newest partners, each once, whatever the order they come in', () => {
  const links = new RecentLinks(4, 3);
  for (const [partner, at] of [
    [7, 50],
    [8, 20],
    [9, 40],
    [7, 10],
    [5, 60],
  ] as const)
    links.record(1, partner, at);
  const row = links.rowOf(1);
  expect(Array.from({ length: links.sizeOf(row) }, (_, i) => links.partnerOf(row, i))).toEqual([9, 7, 5]);
  expect(links.has(1, 8)).toBe(false);
});

it('Somebody who does nothing wrong is in exactly one situation', () => {
  const situation = (ages: number[]) => ({
    userKey: 1,
    recentKeys: ages,
    recentAgesSeconds: ages,
    now: START,
  });
  const kinds = [[], [5], [600], [9_000], [9_000, 1, 1, 1, 1, 1], Array<number>(16).fill(9_000)].map((ages) =>
    kindOf(situation(ages)),
  );
  expect(kinds).toEqual(SITUATIONS.map((_, kind) => kind));
});

it('An unknown user still gets what is popular, and no channel of their own speaks', () => {
  const next = ModelReplica.of(modelOf(engagements(500))).nextItems({
    userKey: 999_999,
    recentKeys: [],
    recentAgesSeconds: [],
    now: START + 500 * 60_000,
  });
  expect(next.size).toBeGreaterThan(0);
  for (let place = 0; place < next.size; place++)
    for (const signal of Object.values(SIGNAL))
      if (signal < SIGNAL.takings) expect(next.signal(place, signal)).toBe(0);
});

function situationOf({ userKey, recentKeys, recentAgesSeconds, timestamp }: Engagement) {
  return { userKey, recentKeys, recentAgesSeconds, now: timestamp };
}
