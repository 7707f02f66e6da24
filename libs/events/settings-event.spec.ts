import { decodeItemFrame } from './stored-frame.js';
import { FOLD_COUNT_MAX, FOLD_SECONDS_MAX, INTERACTION_WEIGHT_MAX } from './settings-event.js';

const entryOf = (settings: object) => {
  const event = { kind: 'settings', eventId: 's1', timestamp: 1_700_000_000_000, version: 1, settings };
  const payload = Buffer.from(JSON.stringify(event));
  return decodeItemFrame({ payload, header: () => undefined })[0]!;
};

describe('settings in the log', () => {
  it.each([
    { interestsMax: FOLD_COUNT_MAX },
    { attributionSeconds: FOLD_SECONDS_MAX },
    { weights: { click: -INTERACTION_WEIGHT_MAX } },
  ])('may go to their bounds: %j', (settings) => {
    expect(entryOf(settings)).toMatchObject({ event: { kind: 'settings', settings } });
  });

  it.each([
    { interestsMax: FOLD_COUNT_MAX + 1 },
    { dedupeMax: Number.MAX_SAFE_INTEGER },
    { attributionSeconds: 1e308 },
    { futureSkewSeconds: FOLD_SECONDS_MAX * 2 },
    { weights: { click: 1e308 } },
  ])('are refused beyond them, by which one entry could stop every partition: %j', (settings) => {
    expect(entryOf(settings)).toMatchObject({ rejection: { code: 'REK_INVALID_EVENT' } });
  });
});
