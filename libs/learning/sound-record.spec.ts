/** Whatever stands in FEEDBACK: no number that is not finite reaches the model, and what comes after is learnt. */
import fc from 'fast-check';
import { encodeFeedbackBatch, type FeedbackRecord } from '#events';
import { settingsSchema } from '#config';
import { notFinite, testSeed } from '#testkit';
import { modelSettingsOf } from './model-settings.js';
import { OnlineModel } from './online-model.js';
import { newScores } from './scorer.js';
import { featuresOf, itemKeyOf, messagesOf, syntheticFeedback } from './synthetic-feedback.js';

const SETTINGS = {
  ...modelSettingsOf(settingsSchema.parse({ model: { bits: 10 }, fm: { factors: 2 } })),
  holdSeconds: 5,
  metricsWindow: 100,
};
const NOW = 1_700_000_000_000;
const GOOD = messagesOf(syntheticFeedback({ seed: 1, lists: 12 }), 40);

const doubles = [NaN, Infinity, -Infinity, -1, 0, -0, 0.5, 1e-320, 1e30, 1e300, -1e300, 2 ** 53, 2 ** 31];

const hostile = fc.constantFrom(...doubles);
const time = fc.oneof(hostile, fc.constantFrom(NOW, NOW + 5_000, 0, 4e12, 1e15));
const key = fc.oneof(hostile, fc.constantFrom(itemKeyOf(1), itemKeyOf(2)));
const cause = { sequence: 1, index: 0 };
const features = fc.array(hostile, { maxLength: 6 }).map((values) => ({
  indices: Uint32Array.from(values, (_, i) => i * 7),
  values: Float32Array.from(values),
  length: values.length,
}));
const records: fc.Arbitrary<FeedbackRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('exposure' as const),
    cause: fc.constant(cause),
    timestamp: time,
    taste: key,
    segment: fc.nat(65_535),
    depth: fc.nat(65_535),
    itemKeys: fc.array(key, { minLength: 2, maxLength: 2 }),
    positions: fc.array(fc.nat(65_535), { minLength: 2, maxLength: 2 }),
  }),
  fc.record({
    kind: fc.constant('outcome' as const),
    cause: fc.constant(cause),
    timestamp: time,
    taste: key,
    userKey: key,
    itemKey: key,
    listKey: key,
    segment: fc.nat(65_535),
    label: fc.nat(255) as fc.Arbitrary<0 | 1>,
    weight: hostile,
    position: fc.nat(65_535),
    depth: fc.nat(65_535),
    propensity: hostile,
    features,
  }),
  fc.record({
    kind: fc.constant('engagement' as const),
    cause: fc.constant(cause),
    timestamp: time,
    taste: key,
    userKey: key,
    itemKey: key,
    segment: fc.nat(65_535),
    typeHash: fc.nat(),
    weight: hostile,
    recentKeys: fc.array(key, { minLength: 3, maxLength: 3 }),
    recentAgesSeconds: fc.array(hostile, { minLength: 3, maxLength: 3 }),
    value: fc.option(hostile, { nil: undefined }),
  }),
);

const message = (list: readonly FeedbackRecord[]) =>
  encodeFeedbackBatch({ partition: 0, epoch: 1, through: cause, records: list });

describe('A model that is fed anything', () => {
  const seed = testSeed('anything');

  it('stays finite throughout, and learns what comes next', () => {
    fc.assert(
      fc.property(fc.array(records, { minLength: 1, maxLength: 40 }), (list) => {
        const model = new OnlineModel(SETTINGS);
        let sequence = 0;
        for (const good of GOOD.slice(0, 2)) model.fold(++sequence, good);
        model.fold(++sequence, message(list));
        expect(notFinite(model)).toEqual([]);
        const before = model.samples;
        for (const good of GOOD.slice(2)) model.fold(++sequence, good);
        expect(model.samples).toBeGreaterThan(before);
        const scores = newScores();
        model.score(featuresOf(1, 1, 4), itemKeyOf(1), NOW, scores);
        for (const score of Object.values(scores)) expect(score > 0 && score < 1).toBe(true);
        const { header, chunks } = model.encodeSnapshot();
        expect(OnlineModel.decodeSnapshot(header, chunks).hash()).toEqual(model.hash());
      }),
      { numRuns: 30, seed },
    );
  });

  it('is not sent into the future by one record', () => {
    const model = new OnlineModel(SETTINGS);
    model.fold(
      1,
      message([{ kind: 'exposure', cause, timestamp: 1e15, segment: 0, itemKeys: [1], positions: [1] }]),
    );
    expect([model.rejected, model.eventTime]).toEqual([1, 0]);
  });

  it('finds a number that is not finite, wherever one hides', () => {
    const model = new OnlineModel(SETTINGS);
    model.scorer.blend.coefficients[2] = NaN;
    expect(notFinite(model)).toEqual(['model.scorer.blend.coefficients[2]']);
  });
});
