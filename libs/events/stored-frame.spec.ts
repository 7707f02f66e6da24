import { partitionOf } from '#kernel';
import { decodeItemFrame, decodeUserFrame } from './stored-frame.js';
import { checksumOf, CRC_HEADER } from './frame.js';
import { idSchema } from './user-events.js';

const frame = (value: unknown, crc?: string) => {
  const payload = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return { payload, header: (name: string) => (name === CRC_HEADER ? crc : undefined) };
};
const profile = (userId: string) => ({
  kind: 'profile',
  eventId: `p-${userId}`,
  userId,
  timestamp: 1,
  attributes: {},
});
const here = partitionOf('ann', 16);
const elsewhere = Array.from({ length: 50 }, (_, i) => `user-${i}`).find(
  (id) => partitionOf(id, 16) !== here,
)!;

describe('a stored frame', () => {
  it('keeps the events of its own partition and refuses the misplaced ones, each by itself', () => {
    const entries = decodeUserFrame(
      frame([
        profile('ann'),
        profile(elsewhere),
        { kind: 'hide', eventId: 'h', itemId: 'i', timestamp: 1 },
        profile('ann'),
      ]),
      here,
      16,
    );
    expect(entries.map((entry) => ('event' in entry ? 'kept' : entry.rejection.code))).toEqual([
      'kept',
      'REK_INVALID_EVENT',
      'REK_INVALID_EVENT',
      'kept',
    ]);
    expect(entries.map((entry) => entry.index)).toEqual([0, 1, 2, 3]);
    expect('rejection' in decodeItemFrame(frame(profile('ann')))[0]!).toBe(true);
  });

  it('is refused whole when it does not match its checksum', () => {
    const good = frame(profile('ann'), checksumOf(Buffer.from(JSON.stringify(profile('ann')))));
    expect(decodeUserFrame(good, here, 16)).toHaveLength(1);
    expect(decodeUserFrame(frame(profile('ann'), '00000000'), here, 16)).toEqual([
      { index: 0, raw: undefined, rejection: { code: 'REK_LOG_DAMAGED', message: expect.any(String) } },
    ]);
  });
});

describe('an id', () => {
  it('may hold any character, but no half of one', () => {
    expect(idSchema.safeParse('zoé ☕ 🦊').success).toBe(true);
    expect(idSchema.safeParse('a\ud800').success).toBe(false);
  });
});
