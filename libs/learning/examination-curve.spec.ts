import { SeededRandom } from '#kernel';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { ExaminationCurve } from './examination-curve.js';
import { PositionStatistics } from './position-statistics.js';

const SETTINGS = { examinedItemsMax: 10_000, examinationMemory: 1_000_000 };
const TRUTH = [1, 0.85, 0.7, 0.55, 0.45];
/** The average relevance: a model that cannot tell items apart. */
const PRIOR = 0.4;

interface Sample {
  readonly item: number;
  readonly position: number;
  readonly depth: number;
  readonly label: 0 | 1;
}

/**
 * Lists of five out of items that come and go, the better ones mostly above: what a good ranker's log looks like.
 * Relevance runs from .1 to .7, and slot 1 has several times the mean of slot 5.
 */
function confounded(lists: number, seed: number, truth: readonly number[] = TRUTH, from = 0): Sample[] {
  const random = new SeededRandom(seed);
  const fresh = () => 0.1 + 0.6 * random.next();
  let alive = Array.from({ length: 300 }, (_, i) => ({ item: from + i + 1, relevance: fresh() }));
  let born = from + 300;
  const samples: Sample[] = [];
  for (let list = 0; list < lists; list++) {
    if (list % 20 === 0) alive = [...alive.slice(1), { item: ++born, relevance: fresh() }];
    Array.from({ length: TRUTH.length }, () => alive[random.below(alive.length)]!)
      .map((shown) => ({ ...shown, score: shown.relevance * Math.exp(0.3 * random.normal()) }))
      .sort((a, b) => b.score - a.score)
      .forEach(({ item, relevance }, i) => {
        const label = random.next() < truth[i]! * relevance ? 1 : 0;
        samples.push({ item, position: i + 1, depth: TRUTH.length, label });
      });
  }
  return samples;
}

function learnt(samples: readonly Sample[], curve = new ExaminationCurve(SETTINGS)): ExaminationCurve {
  for (const { item, position, depth, label } of samples) curve.record(item, position, depth, label, PRIOR);
  return curve;
}

const found = (curve: ExaminationCurve) => TRUTH.map((_, i) => curve.examination(i + 1, TRUTH.length));

function bytesOf(curve: ExaminationCurve): Buffer {
  const writer = new ByteWriter();
  curve.encode(writer);
  return Buffer.from(writer.bytes());
}

/**
 * Regression-EM as printed (Wang et al. 2018, equations 3 to 6, one relevance an item), in batch, to convergence.
 */
function regressionEm(samples: readonly Sample[], rounds: number): number[] {
  const theta = TRUTH.map(() => 0.5);
  const gamma = new Map(samples.map(({ item }) => [item, 0.2]));
  for (let round = 0; round < rounds; round++) {
    const examined = TRUTH.map(() => [0, 0] as [number, number]);
    const relevant = new Map<number, [number, number]>();
    for (const { item, position, label } of samples) {
      const [t, g] = [theta[position - 1]!, gamma.get(item)!];
      const row = relevant.get(item) ?? relevant.set(item, [0, 0]).get(item)!;
      const cell = examined[position - 1]!;
      cell[0] += label === 1 ? 1 : (t * (1 - g)) / (1 - t * g);
      row[0] += label === 1 ? 1 : (g * (1 - t)) / (1 - t * g);
      cell[1]++;
      row[1]++;
    }
    examined.forEach(([sum, count], i) => (theta[i] = sum / count));
    for (const [item, [sum, count]] of relevant) gamma.set(item, sum / count);
  }
  return theta.map((t) => t / theta[0]!);
}

describe('The examination curve', () => {
  it('recovers a known curve within 5 % where the click rate is off by more than half', () => {
    const samples = confounded(30_000, 2);
    const positions = new PositionStatistics();
    for (const { position, label } of samples) {
      positions.recordImpression(position);
      if (label === 1) positions.recordClick(position);
    }
    const rates = positions.curve().map(({ impressions, clicks }) => clicks / impressions);
    expect(rates[4]! / rates[0]!).toBeLessThan(TRUTH[4]! * 0.5);
    for (const [i, value] of found(learnt(samples)).entries())
      expect(Math.abs(value / TRUTH[i]! - 1)).toBeLessThan(0.05);
  });

  it('ends where batch regression-EM, run on the whole log, ends', () => {
    const samples = confounded(8_000, 1).filter(({ item }) => item <= 300);
    const batch = regressionEm(samples, 400);
    for (const [i, value] of found(learnt(samples)).entries())
      expect(Math.abs(value / batch[i]! - 1)).toBeLessThan(0.08);
  });

  it('keeps a curve for each depth, and follows a page that changes', () => {
    const curve = new ExaminationCurve({ ...SETTINGS, examinationMemory: 60_000 });
    const random = new SeededRandom(7);
    const show = (lists: number, second: number) => {
      for (let list = 0; list < lists; list++)
        for (const [depth, position, examination] of [
          [2, 1, 1],
          [2, 2, second],
          [3, 2, 0.5],
          [3, 1, 1],
        ] as const)
          curve.record(1 + random.below(50), position, depth, random.next() < 0.3 * examination ? 1 : 0, 0.3);
    };
    show(30_000, 0.8);
    expect(Math.abs(curve.examination(2, 2) - 0.8)).toBeLessThan(0.05);
    expect(Math.abs(curve.examination(2, 3) - 0.5)).toBeLessThan(0.05);
    show(90_000, 0.3);
    expect(Math.abs(curve.examination(2, 2) - 0.3)).toBeLessThan(0.05);
    expect(Math.abs(curve.examination(2, 3) - 0.5)).toBeLessThan(0.05);
  });

  it('says 1 of slots it knows nothing of, and takes any position and depth', () => {
    const curve = new ExaminationCurve(SETTINGS);
    expect(curve.examination(7, 12)).toBe(1);
    for (const position of [0, 1, 500, 10_000])
      for (const depth of [0, 1, 33, 10_000]) curve.record(position + 1, position, depth, 1, 0.5);
    for (let i = 0; i < 2_000; i++) curve.record(i, 1, 1, i % 9 === 0 ? 1 : 0, 0.1);
    for (const slot of curve.curve()) expect(slot.examination).toBeGreaterThan(0);
  });

  it('continues bit for bit from its bytes, and gives a replica the same curve by its rows', () => {
    const samples = confounded(1_500, 5);
    const curve = new ExaminationCurve({ ...SETTINGS, examinedItemsMax: 200 });
    const resumed = new ExaminationCurve({ ...SETTINGS, examinedItemsMax: 200 });
    learnt(samples.slice(0, 3_500), curve);
    resumed.decode(new ByteReader(bytesOf(curve)));
    learnt(samples.slice(3_500), curve);
    learnt(samples.slice(3_500), resumed);
    expect(bytesOf(resumed)).toEqual(bytesOf(curve));

    const replica = new ExaminationCurve(SETTINGS);
    const writer = new ByteWriter();
    curve.encodeRows(writer, curve.dirty.drain(10_000));
    replica.decodeRows(new ByteReader(Buffer.from(writer.bytes())));
    expect(replica.curve()).toEqual(curve.curve());
  });
});
