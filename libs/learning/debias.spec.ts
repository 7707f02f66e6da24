import { appendPosition } from '#features';
import { key53, SeededRandom } from '#kernel';
import { newFeatureVector, type FeatureVector, type Outcome } from '#events';
import { DEBIAS_METHODS, massesOf, type DebiasMethod, type Masses } from './debias.js';
import { DEFAULT_STATISTICS, type ModelSettings } from './model-settings.js';
import { OnlineModel } from './online-model.js';
import { positionBias } from './position-bias.js';
import { newScores } from './scorer.js';

const EXAMINATION = [1, 0.6, 0.35, 0.2, 0.12, 0.08];
const ITEMS = 400;

function model(method: DebiasMethod, ctr: 'shown' | 'examined'): OnlineModel {
  const settings: ModelSettings = {
    bits: 14,
    noClickWeight: 0.1,
    seed: 7,
    ftrl: { alpha: 0.1, beta: 1, l1: 0.1, l2: 1 },
    fm: { factors: 4, alpha: 0.05, l2: 1e-5, initScale: 0.01 },
    olr: { alpha: 0.05 },
    debias: { method, weightMax: 10, ctr },
    holdSeconds: 0,
    statistics: DEFAULT_STATISTICS,
    metricsWindow: 1_000,
  };
  return new OnlineModel(settings);
}

const relevanceOf = (item: number) => 0.02 + (0.58 * ((item * 7919) % ITEMS)) / ITEMS;

function featuresOf(item: number): FeatureVector {
  const features = newFeatureVector(4);
  features.indices.set([1, 100 + item]);
  features.values.set([1, 1]);
  features.length = 2;
  return features;
}

/** Lists whose order follows somebody's opinion of the items, half right and never changed: what he puts below stays unseen. */
function play(model: OnlineModel, lists: number, seed: number): void {
  const random = new SeededRandom(seed);
  const opinion = Float64Array.from({ length: ITEMS }, () => random.normal());
  for (let list = 0; list < lists; list++) {
    const timestamp = 1_700_000_000_000 + list * 1_000;
    const shown = Array.from({ length: EXAMINATION.length }, () => random.below(ITEMS))
      .map((item) => ({ item, by: opinion[item]! + 0.7 * random.normal() }))
      .sort((a, b) => b.by - a.by)
      .map(({ item }) => item);
    const cause = { sequence: list + 1, index: 0 };
    const depth = EXAMINATION.length;
    const itemKeys = shown.map((item) => key53(`i${item}`));
    const positions = shown.map((_, i) => i + 1);
    model.exposure({ kind: 'exposure', cause, timestamp, segment: 0, depth, itemKeys, positions });
    shown.forEach((item, i) => {
      const features = featuresOf(item);
      appendPosition(features, i + 1);
      const outcome: Outcome = {
        kind: 'outcome',
        cause,
        timestamp,
        userKey: 1,
        itemKey: itemKeys[i]!,
        listKey: list + 1,
        segment: 0,
        label: random.next() < EXAMINATION[i]! * relevanceOf(item) ? 1 : 0,
        weight: 1,
        position: i + 1,
        depth,
        propensity: 0,
        features,
      };
      model.outcome(outcome);
    });
  }
}

/** NDCG@10 of random lists of 20, gain: the true relevance. */
function ndcg(model: OnlineModel): number {
  const random = new SeededRandom(99);
  const scores = newScores();
  let sum = 0;
  const lists = 400;
  const gain = (order: number[]) =>
    order.slice(0, 10).reduce((dcg, item, rank) => dcg + relevanceOf(item) / Math.log2(rank + 2), 0);
  for (let list = 0; list < lists; list++) {
    const items = [...new Set(Array.from({ length: 20 }, () => random.below(ITEMS)))];
    const score = new Map(
      items.map((item) => {
        model.score(featuresOf(item), key53(`i${item}`), 1_700_000_000_000, scores);
        return [item, scores.blend];
      }),
    );
    const ranked = [...items].sort((a, b) => score.get(b)! - score.get(a)!);
    const ideal = [...items].sort((a, b) => relevanceOf(b) - relevanceOf(a));
    sum += gain(ranked) / gain(ideal);
  }
  return sum / lists;
}

const learnt = (method: DebiasMethod, ctr: 'shown' | 'examined') => {
  const learner = model(method, ctr);
  play(learner, 3_000, 1);
  return learner;
};

describe('Learning from lists whose order was biased and whose lower slots were hardly seen', () => {
  const naive = ndcg(learnt('none', 'shown'));

  it.each([
    ['feature', 'examined'],
    ['weight', 'examined'],
    ['posterior', 'examined'],
  ] as const)('ranks nearer to the truth with %s and CTRs %s than without', (method, ctr) => {
    expect(ndcg(learnt(method, ctr))).toBeGreaterThan(naive + 0.03);
  });

  it('tells how each slot is looked at, beside how it is clicked', () => {
    const slots = positionBias(learnt('weight', 'examined').scorer.tables);
    expect(slots.map(({ position, impressions }) => [position, impressions])).toEqual(
      EXAMINATION.map((_, i) => [i + 1, 3_000]),
    );
    slots.forEach(({ examination, clicks }, i) => {
      expect(Math.abs(examination - EXAMINATION[i]!)).toBeLessThan(0.1);
      expect(Math.abs(clicks / slots[0]!.clicks - EXAMINATION[i]!)).toBeLessThan(0.1);
    });
  });

  it('predicts clicks better, slot by slot, when it knows the slot', () => {
    const loss = (method: DebiasMethod) =>
      learnt(method, 'examined').report().cumulative.predictors.blend.logLoss!;
    const none = loss('none');
    for (const method of ['feature', 'weight', 'posterior'] as const)
      expect(loss(method)).toBeLessThan(none - 0.02);
  });
});

describe('The masses of an outcome', () => {
  const masses: Masses = { positive: 0, negative: 0 };
  const expected = (method: DebiasMethod, theta: number, gamma: number) => {
    let [positive, negative] = [0, 0];
    for (const [label, chance] of [
      [1, theta * gamma],
      [0, 1 - theta * gamma],
    ] as const) {
      massesOf(masses, method, label, theta, gamma, 100);
      positive += chance * masses.positive;
      negative += chance * masses.negative;
    }
    return [positive, negative];
  };

  it.each(['weight', 'posterior'] as const)('are those of relevance on average, by %s', (method) => {
    for (const theta of [0.05, 0.3, 1])
      for (const gamma of [0.01, 0.2, 0.9]) {
        const [positive, negative] = expected(method, theta, gamma);
        expect(positive).toBeCloseTo(gamma, 10);
        expect(negative).toBeCloseTo(1 - gamma, 10);
      }
  });

  it.each(DEBIAS_METHODS)('stay within the clip whatever the slot, by %s', (method) => {
    for (const theta of [0, 1e-9, 0.5, 3])
      for (const label of [0, 1] as const) {
        massesOf(masses, method, label, theta, 1, 10);
        expect(Math.abs(masses.positive) + Math.abs(masses.negative)).toBeLessThanOrEqual(19);
      }
  });
});
