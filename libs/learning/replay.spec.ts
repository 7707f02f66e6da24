/** Promise of replay: the same FEEDBACK gives the same weights, from its beginning or from any snapshots on the way. */
import fc from 'fast-check';
import { settingsSchema } from '#config';
import { modelSettingsOf } from './model-settings.js';
import { OnlineModel } from './online-model.js';
import { messagesOf, syntheticFeedback } from './synthetic-feedback.js';

const settings = modelSettingsOf(
  settingsSchema.parse({ model: { bits: 10, holdSeconds: 5 }, learner: { metricsWindow: 64 } }),
);
const MESSAGES = messagesOf(syntheticFeedback({ seed: 11, lists: 60, users: 12, items: 40 }), 10);

/** @param stops messages behind which the model is stored and read back */
function folded(stops: readonly number[] = []): OnlineModel {
  let model = new OnlineModel(settings);
  MESSAGES.forEach((payload, i) => {
    model.fold(i + 1, payload);
    if (!stops.includes(i)) return;
    const { header, chunks } = model.encodeSnapshot();
    model = OnlineModel.decodeSnapshot(header, chunks);
  });
  return model;
}

describe('A rebuild from FEEDBACK', () => {
  it('arrives at the same bytes in every part from any snapshots (property)', () => {
    const wanted = folded().hash();
    let snapshots = 0;
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(MESSAGES.length - 1), { minLength: 1, maxLength: 4 }), (stops) => {
        snapshots += stops.length;
        expect(folded(stops).hash()).toEqual(wanted);
      }),
      { numRuns: 15 },
    );
    expect(snapshots).toBeGreaterThan(15);
    expect(folded().samples).toBeGreaterThan(500);
  });
});
