import fc from 'fast-check';
import {
  assembleFeedbackBatch,
  encodeFeedbackRecord,
  FEEDBACK_HEADER_BYTES,
  FEEDBACK_KIND,
} from './feedback-codec.js';
import { canonicalRecords, decodeFeedbackBatch } from './feedback-decoder.js';
import { FEATURES_MAX, FEEDBACK_PART_RECORDS, type FeedbackRecord, type Outcome } from './feedback.js';
import { encodeFeedbackBatch, RecordWriter } from './record-run.js';

const BATCH = { partition: 1, epoch: 2, through: { sequence: 7, index: 0 } };
const canonical = (records: readonly FeedbackRecord[]): Buffer =>
  Buffer.concat(records.map(encodeFeedbackRecord));
const read = (payload: Buffer): Buffer => Buffer.concat(canonicalRecords(payload));

interface Feature {
  readonly index: number;
  readonly value: number;
}

function outcome(listKey: number, features: readonly Feature[], changes: Partial<Outcome> = {}): Outcome {
  return {
    kind: 'outcome',
    cause: { sequence: listKey, index: 3 },
    timestamp: 1_700_000_000_000,
    userKey: 5,
    itemKey: 6,
    listKey,
    segment: 2,
    taste: 9,
    label: 0,
    weight: 1,
    position: 1,
    depth: 10,
    propensity: 0.25,
    features: {
      indices: Uint32Array.from(features, ({ index }) => index),
      values: Float32Array.from(features, ({ value }) => value),
      length: features.length,
    },
    ...changes,
  };
}

const exposure: FeedbackRecord = {
  kind: 'exposure',
  cause: { sequence: 1, index: 0 },
  timestamp: 1,
  segment: 0,
  itemKeys: [1],
  positions: [1],
};

const feature: fc.Arbitrary<Feature> = fc.record({
  index: fc.integer({ min: 0, max: 0xffffffff }),
  value: fc.oneof(fc.constant(1), fc.constantFrom(0, -0, 0.5, Infinity, NaN), fc.float()),
});
const many = fc.array(feature, { maxLength: FEATURES_MAX / 2 });

/** Lists of outcomes that begin alike, records of other kinds among them, sometimes with another user, moment, segment or depth. */
const records = fc
  .array(
    fc.record({
      shared: many,
      items: fc.array(
        fc.record({
          own: many,
          changes: fc.oneof(
            { weight: 4, arbitrary: fc.constant({}) },
            {
              weight: 1,
              arbitrary: fc.constantFrom<Partial<Outcome>>(
                { userKey: 8 },
                { timestamp: 2 },
                { segment: 3 },
                { taste: 10 },
                { depth: 11 },
                { cause: { sequence: 99, index: 3 } },
                { cause: { sequence: 1, index: 4 } },
                { label: 1, revises: true, weight: 2.5 },
                { itemKey: 77, position: 9, propensity: 0 },
              ),
            },
          ),
        }),
        { maxLength: 12 },
      ),
      other: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  .map((lists) =>
    lists.flatMap(({ shared, items, other }, list) => [
      ...(other ? [exposure] : []),
      ...items.map(({ own, changes }) => outcome(list + 1, [...shared, ...own], changes)),
    ]),
  );

describe('outcomes in FEEDBACK', () => {
  it('are read as they were written, to the bit', () => {
    fc.assert(
      fc.property(records, (list) => {
        const read_ = read(encodeFeedbackBatch({ ...BATCH, records: list }));
        return read_.equals(canonical(list));
      }),
      { numRuns: 400 },
    );
  });

  it('take less than half of their canonical form in a list like those of a shop', () => {
    const features = (from: number, n: number): Feature[] =>
      Array.from({ length: n }, (_, i) => ({ index: from + i, value: i % 2 === 0 ? 1 : 0.5 }));
    const list = Array.from({ length: 10 }, (_, item) =>
      outcome(1, [...features(0, 29), ...features(1_000 * (item + 1), 37)]),
    );
    const bytes = encodeFeedbackBatch({ ...BATCH, records: list }).length - FEEDBACK_HEADER_BYTES;
    expect(bytes).toBeLessThan(canonical(list).length / 2);
  });

  it('continue none where a message may begin', () => {
    const list = Array.from({ length: 2 * FEEDBACK_PART_RECORDS + 3 }, (_, i) =>
      outcome(1, [
        { index: 1, value: 1 },
        { index: 2 + i, value: 1 },
      ]),
    );
    const writer = new RecordWriter();
    for (const record of list) writer.add(record);
    const run = writer.take();
    for (let from = 0; from < list.length; from += FEEDBACK_PART_RECORDS) {
      const part = run.slice(from);
      expect(
        read(assembleFeedbackBatch(BATCH, part.count, [part.bytes])).equals(canonical(list.slice(from))),
      ).toBe(true);
    }
    expect(run.slice(1, 2).bytes[0]).toBe(FEEDBACK_KIND.continuedOutcome);
    writer.add(list[1]!);
    expect(writer.take().bytes[0]).not.toBe(FEEDBACK_KIND.continuedOutcome);
  });

  it('of earlier versions are read, too', () => {
    const list = [outcome(1, [{ index: 1, value: 0.5 }]), outcome(1, [{ index: 1, value: 0.5 }])];
    const earlier = assembleFeedbackBatch(BATCH, 2, [canonical(list)]);
    expect(read(earlier).equals(canonical(list))).toBe(true);
  });

  it('that continue nothing, share more than there is, or have too many features are damage', () => {
    const first = outcome(1, [{ index: 1, value: 1 }]);
    const writer = new RecordWriter();
    writer.add(first);
    writer.add(
      outcome(1, [
        { index: 1, value: 1 },
        { index: 2, value: 1 },
      ]),
    );
    const run = writer.take();
    const [whole, continued] = [Buffer.from(run.slice(0, 1).bytes), Buffer.from(run.slice(1, 2).bytes)];
    const damaged = (count: number, parts: Buffer[]) => () =>
      decodeFeedbackBatch(assembleFeedbackBatch(BATCH, count, parts));
    expect(damaged(1, [continued])).toThrow('continues none');
    expect(damaged(2, [encodeFeedbackRecord(exposure), continued])).toThrow('continues none');
    const sharing = Buffer.from(continued);
    sharing[20] = 2;
    expect(damaged(2, [whole, sharing])).toThrow('fewer');
    const crowded = Buffer.from(continued);
    crowded[21] = FEATURES_MAX;
    expect(damaged(2, [whole, crowded])).toThrow(`most are ${FEATURES_MAX}`);
  });
});
