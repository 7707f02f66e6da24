import { key53, SeededRandom } from '#kernel';
import { settingsSchema } from '#config';
import type { Sequel } from '#events';
import { ModelReplica } from './model-replica.js';
import { OnlineModel } from './online-model.js';
import { GOALS } from './goals.js';
import { featuresOf, itemKeyOf } from './synthetic-feedback.js';
import { modelSettingsOf, type ModelSettings } from './model-settings.js';

const SETTINGS: ModelSettings = { ...modelSettingsOf(settingsSchema.parse({})), bits: 14 };
const START = 1_700_000_000_000;
const [LIKE, CONVERSION, DWELL] = GOALS.map((_, i) => i) as [number, number, number];

/** Users of even numbers like items of category 3; all stay 15 s; conversions are rare. */
function* sequels(count: number, seed = 1): Generator<Sequel> {
  const random = new SeededRandom(seed);
  for (let i = 0; i < count; i++) {
    const [user, item] = [random.below(40), random.below(60)];
    yield {
      kind: 'sequel',
      cause: { sequence: i + 1, index: 0 },
      timestamp: START + i * 1_000,
      userKey: key53(`user-${user}`),
      itemKey: itemKeyOf(item),
      listKey: i + 1,
      segment: user % 2,
      liked: random.next() < (user % 2 === 0 && item % 12 === 3 ? 0.9 : 0.05),
      converted: random.next() < 0.02,
      dwellSeconds: i % 3 === 0 ? -1 : 15,
      position: 1,
      features: featuresOf(user, item, 8),
    };
  }
}

function taught(count: number): OnlineModel {
  const model = new OnlineModel(SETTINGS);
  for (const record of sequels(count)) model.sequel(record);
  model.sequence = count;
  return model;
}

function predict(of: OnlineModel | ModelReplica, user: number, item: number): number[] {
  const replica = of instanceof OnlineModel ? ModelReplica.of(of) : of;
  const out = new Float64Array(GOALS.length);
  replica.goals(featuresOf(user, item, 8), itemKeyOf(item), key53(`user-${user}`), user % 2, out);
  return [...out];
}

describe('the goals beside the click', () => {
  it('are learnt apart from each other, as probabilities given a click', () => {
    const model = taught(8_000);
    expect(predict(model, 2, 3)[LIKE]).toBeGreaterThan(0.6);
    expect(predict(model, 3, 3)[LIKE]).toBeLessThan(0.3);
    expect(predict(model, 2, 4)[LIKE]).toBeLessThan(0.2);
    expect(predict(model, 2, 3)[CONVERSION]).toBeLessThan(0.06);
    expect(predict(model, 2, 3)[DWELL]).toBeCloseTo(0.5, 1);
  });

  it('are told how well they are predicted, before each is learnt', () => {
    const { like, conversion, dwell } = taught(8_000).goalValidation.report();
    expect(like.auc).toBeGreaterThan(0.7);
    expect(like.logLoss!).toBeLessThan(like.baseLogLoss!);
    for (const goal of [like, conversion, dwell]) {
      expect(goal.calibration!).toBeGreaterThan(0.8);
      expect(goal.calibration!).toBeLessThan(1.25);
    }
    // Chance alone: nothing to be found.
    expect(Math.abs(conversion.auc! - 0.5)).toBeLessThan(0.12);
    // All stay 15 of 30 seconds, when anybody says; shares have no ROC curve.
    expect([dwell.rate, dwell.auc]).toEqual([0.5, null]);
    expect(taught(0).goalValidation.report().like).toMatchObject({ targets: 0, logLoss: null, auc: null });
  });

  it('have sensible answers before anything is known, and for features that are not finite', () => {
    for (const model of [new OnlineModel(SETTINGS), taught(500)]) {
      const out = new Float64Array(GOALS.length);
      const features = featuresOf(1, 1, 8);
      features.values[2] = NaN;
      ModelReplica.of(model).goals(features, itemKeyOf(1), key53('user-1'), 1, out);
      for (const p of [...out, ...predict(model, 1, 1)]) expect(p > 0 && p < 1).toBe(true);
    }
  });

  it('refuse what is not finite, before anything is touched', () => {
    const model = taught(200);
    const before = model.hash().parts;
    const [good] = [...sequels(1, 9)];
    const bad = featuresOf(1, 1, 8);
    bad.values[0] = Infinity;
    for (const wrong of [{ timestamp: NaN }, { dwellSeconds: NaN }, { features: bad }])
      model.sequel({ ...good!, ...wrong });
    expect(model.rejected).toBe(3);
    const after = model.hash().parts;
    for (const part of ['goalHeads', 'goalItems', 'goalUsers', 'goalTrust'] as const)
      expect(after[part]).toBe(before[part]);
  });

  it('continue bit for bit from a snapshot', () => {
    const whole = taught(1_200);
    const first = taught(700);
    const { header, chunks } = first.encodeSnapshot();
    const resumed = OnlineModel.decodeSnapshot(header, chunks);
    expect(resumed.hash()).toEqual(first.hash());
    [...sequels(1_200)].slice(700).forEach((record) => resumed.sequel(record));
    resumed.sequence = 1_200;
    expect(resumed.hash()).toEqual(whole.hash());
  });

  it('reach a replica by deltas, bit for bit, applied twice or once', () => {
    const model = taught(300);
    const { header, chunks } = model.encodeSnapshot();
    model.forgetChanges();
    const replica = ModelReplica.fromSnapshot(header, chunks);
    [...sequels(900)].slice(300).forEach((record, i) => {
      model.sequel(record);
      model.sequence = 301 + i;
      if (i % 200 !== 0) return;
      for (let delta = model.drainDelta(); delta; delta = model.drainDelta()) {
        replica.applyDelta(delta);
        replica.applyDelta(delta);
      }
    });
    for (let delta = model.drainDelta(); delta; delta = model.drainDelta()) replica.applyDelta(delta);
    for (let i = 0; i < 30; i++) expect(predict(replica, i % 40, i)).toEqual(predict(model, i % 40, i));
  });

  it('weigh less in a segment where they promise more than happens', () => {
    const model = new OnlineModel(SETTINGS);
    for (let i = 0; i < 400; i++) model.scorer.tables.goalTrust.record(5, LIKE, i % 10 === 0 ? 1 : 0, 0.2);
    expect(model.goals.trust(5, LIKE)).toBeCloseTo(0.53, 1);
    expect(model.goals.trust(6, LIKE)).toBe(1);
    for (let i = 0; i < 400; i++) model.scorer.tables.goalTrust.record(7, LIKE, 1, 0.01);
    expect(model.goals.trust(7, LIKE)).toBeCloseTo(3, 9);
  });
});
