import { fnv1a32 } from '#kernel';
import { assembleFeedbackBatch, encodeFeedbackRecord, FEEDBACK_KIND } from './feedback-codec.js';
import { encodeFeedbackBatch } from './record-run.js';
import { decodeFeedbackBatch } from './feedback-decoder.js';
import type { Engagement } from './feedback.js';

const BATCH = { partition: 1, epoch: 2, through: { sequence: 7, index: 0 } };
const plain: Engagement = {
  kind: 'engagement',
  cause: { sequence: 7, index: 0 },
  timestamp: 1_700_000_000_000,
  userKey: 11,
  itemKey: 12,
  segment: 1,
  taste: 0,
  audiences: [],
  repeated: false,
  typeHash: fnv1a32('click'),
  weight: 1,
  recentKeys: [13],
  recentAgesSeconds: [60],
};
const rated: Engagement = {
  ...plain,
  typeHash: fnv1a32('rating'),
  value: 4.1,
  itemLabels: [1, 0xffffffff],
  userLabels: [],
};

describe('A feedback batch', () => {
  it('gives back values and labels exactly, and none where there were none', () => {
    const records = [plain, rated, plain, { ...rated, value: 0, userLabels: [5] }];
    const bytes = encodeFeedbackBatch({
      partition: 1,
      epoch: 2,
      through: { sequence: 7, index: 0 },
      records,
    });
    expect(decodeFeedbackBatch(bytes).records).toEqual(records);
  });

  it('gives back what is known of the user', () => {
    const known = { ...plain, taste: 2 ** 47 + 5, audiences: [1, 0xffffffff], repeated: true };
    const bytes = encodeFeedbackBatch({ ...BATCH, records: [known, plain, { ...rated, ...known }] });
    expect(decodeFeedbackBatch(bytes).records).toEqual([known, plain, { ...rated, ...known }]);
  });

  it('reads engagements of earlier versions, which knew nothing of the user', () => {
    const record = encodeFeedbackRecord(plain);
    const header = Buffer.from(record.subarray(0, 19));
    header[0] = FEEDBACK_KIND.engagement;
    const earlier = Buffer.concat([header, record.subarray(19 + 8 + 2)]);
    expect(decodeFeedbackBatch(assembleFeedbackBatch(BATCH, 2, [earlier, record])).records).toEqual([
      plain,
      plain,
    ]);
  });
});
