import { decodeFeedbackBatch } from './feedback-decoder.js';
import { assembleFeedbackBatch, encodeFeedbackRecord } from './feedback-codec.js';
import type { Exposure } from './feedback.js';
import { RecordWriter } from './record-run.js';

function exposure(n: number): Exposure {
  return {
    kind: 'exposure',
    cause: { sequence: n, index: n % 7 },
    timestamp: 1_700_000_000_000 + n,
    segment: 3,
    depth: 10,
    itemKeys: Array.from({ length: n % 40 }, (_, i) => i + n),
    positions: Array.from({ length: n % 40 }, (_, i) => i + 1),
    taste: n,
  };
}

const records = Array.from({ length: 300 }, (_, n) => exposure(n));

function written(list: readonly Exposure[]): RecordWriter {
  const writer = new RecordWriter();
  for (const record of list) writer.add(record);
  return writer;
}

describe('a run of records', () => {
  it('is the encoded records, one behind the other', () => {
    const run = written(records).take();
    expect(run.count).toBe(300);
    expect(run.byteLength).toBe(run.bytes.length);
    expect(Buffer.compare(run.bytes, Buffer.concat(records.map(encodeFeedbackRecord)))).toBe(0);
  });

  it('is sliced by records, as arrays are', () => {
    const run = written(records).take();
    for (const [from, to] of [
      [0, 256],
      [256, 300],
      [256, 512],
      [7, 8],
      [300, 310],
    ] as const) {
      const slice = run.slice(from, to);
      const expected = records.slice(from, to);
      expect([slice.count, slice.byteLength]).toEqual([expected.length, slice.bytes.length]);
      const batch = { partition: 1, epoch: 2, through: { sequence: 9, index: 0 } };
      const payload = assembleFeedbackBatch(batch, slice.count, [slice.bytes]);
      expect([...decodeFeedbackBatch(payload).records]).toEqual(expected);
    }
    expect(run.slice(100, 200).slice(50).slice(0, 1).bytes).toEqual(run.slice(150, 151).bytes);
  });

  it('stays as it is while its writer goes on', () => {
    const writer = written(records.slice(0, 10));
    const run = writer.take();
    const before = Buffer.from(run.bytes);
    writer.add(exposure(39));
    writer.drop();
    writer.add(exposure(38));
    expect(Buffer.compare(run.bytes, before)).toBe(0);
    expect(Buffer.compare(writer.take().bytes, encodeFeedbackRecord(exposure(38)))).toBe(0);
    expect(writer.take().count).toBe(0);
  });
});
