import type { Outcome } from '#events';
import { settingsSchema } from '#config';
import { modelSettingsOf, settingsHash, type ModelSettings } from './model-settings.js';
import { OnlineModel } from './online-model.js';
import { messagesOf, syntheticFeedback } from './synthetic-feedback.js';

const RECORDS = [...syntheticFeedback({ seed: 5, lists: 60 })];

function settings(distillation?: number): ModelSettings {
  const made = modelSettingsOf(settingsSchema.parse({}));
  return { ...made, bits: 14, holdSeconds: 0, fm: { ...made.fm, distillation } };
}

/** Logit of the factorisation machine for the first outcome, after that outcome and its click alone were learnt. */
function afterFirst(distillation: number): number {
  const first = RECORDS.find((record): record is Outcome => record.kind === 'outcome')!;
  const model = new OnlineModel(settings(distillation));
  model.outcome(first);
  model.outcome({ ...first, label: 1, revises: true });
  model.scorer.prepare(first.features);
  return model.scorer.weights.fm.logit(model.scorer.sample);
}

describe('distillation', () => {
  it('lets the machine learn from the blend instead of the label, as far as its share says', () => {
    const [none, half, all] = [0, 0.5, 1].map(afterFirst) as [number, number, number];
    expect(Math.abs(none)).toBeGreaterThan(0.05);
    expect(Math.abs(half)).toBeLessThan(Math.abs(none));
    expect(Math.sign(half)).toBe(Math.sign(none));
    expect(Math.abs(all)).toBeLessThan(0.01); // before the first weight, the blend believes what the machine does
  });

  it('of share 0 is none: the same model, bit for bit, under the same version', () => {
    const [zero, absent] = [0, undefined].map((share) => {
      const model = new OnlineModel(settings(share));
      messagesOf(RECORDS, 100).forEach((message, i) => model.fold(i + 1, message));
      return model.hash();
    });
    expect(zero).toEqual(absent);
    expect(settingsHash(settings(0))).toBe(settingsHash(settings(undefined)));
    expect(settingsHash(settings(0.5))).not.toBe(settingsHash(settings(0)));
  });
});
