import { fnv1a32 } from '#kernel';
import { encodeFeedbackBatch } from './feedback-codec.js';
import { decodeFeedbackBatch } from './feedback-decoder.js';
import type { Engagement } from './feedback.js';

const plain: Engagement = {
  kind: 'engagement',
  cause: { sequence: 7, index: 0 },
  timestamp: 1_700_000_000_000,
  userKey: 11,
  itemKey: 12,
  segment: 1,
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

  it('stores an engagement without a value as it always did', () => {
    const batch = { partition: 1, epoch: 2, through: { sequence: 7, index: 0 } };
    const kindOf = (record: Engagement) => encodeFeedbackBatch({ ...batch, records: [record] })[40];
    expect(kindOf(plain)).toBe(3);
    expect(kindOf(rated)).toBe(6);
  });
});
