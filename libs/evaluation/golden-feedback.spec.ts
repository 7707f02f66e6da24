/**
 * FEEDBACK that an earlier version stored still reads as the same records, and a model still learns the same from it. The first must
 * hold for ever; of the second see test/golden/README.md.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { settingsSchema } from '#config';
import {
  canonicalRecords,
  encodeFeedbackBatch,
  isItemEvent,
  parseEvent,
  type FeedbackRecord,
  type FrameEntry,
} from '#events';
import { foldSettingsOf, SettingsHistory } from '#interest';
import { asPartition } from '#kernel';
import { modelSettingsOf, OnlineModel } from '#learning';
import { LogFold } from './log-fold.js';

const fileOf = (name: string): string => fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url));
const STORED = fileOf('feedback.bin.gz');
const HASHES = fileOf('feedback-hashes.json');
const WRITE = process.env.REKAPPA_GOLDEN === 'write';
const SETTINGS = modelSettingsOf(
  settingsSchema.parse({ model: { bits: 10, holdSeconds: 5 }, learner: { metricsWindow: 64 } }),
);

/** Messages as they stand in the stream, each behind its length (u32, little-endian). */
function stored(): Buffer[] {
  if (WRITE && !existsSync(STORED))
    writeFileSync(STORED, gzipSync(withLengths(messagesOfToday()), { level: 9 }));
  const bytes = gunzipSync(readFileSync(STORED));
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at);
    messages.push(bytes.subarray(at + 4, (at += 4 + length)));
  }
  return messages;
}

function withLengths(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(
    messages.flatMap((message) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(message.length);
      return [length, message];
    }),
  );
}

/** What the golden log folds to, in the form in which hosts store it now: written once, when no version had stored any. */
function messagesOfToday(): Buffer[] {
  let records: FeedbackRecord[] = [];
  const settings = new SettingsHistory(foldSettingsOf(settingsSchema.parse({})));
  const fold = new LogFold(1, settings, (_, record) => void records.push(structuredClone(record)));
  const messages: Buffer[] = [];
  for (const line of readFileSync(fileOf('small-log.jsonl'), 'utf8').trimEnd().split('\n')) {
    const frame = JSON.parse(line) as { sequence: number; appendedAt: number; events: unknown[] };
    const { sequence, appendedAt } = frame;
    const entries = frame.events.map((event, index): FrameEntry => {
      const parsed = parseEvent(event);
      if (!parsed.ok) throw new Error(parsed.rejection.message);
      return { index, event: parsed.event };
    });
    const isItem = (entry: FrameEntry): boolean => 'event' in entry && isItemEvent(entry.event);
    fold.foldItems(sequence, appendedAt, entries.filter(isItem));
    fold.foldUsers(
      0,
      sequence,
      appendedAt,
      entries.filter((entry) => !isItem(entry)),
    );
    if (records.length === 0) continue;
    const through = { sequence, index: frame.events.length - 1 };
    messages.push(encodeFeedbackBatch({ partition: asPartition(0), epoch: 1, through, records }));
    records = [];
  }
  return messages;
}

function read() {
  const records = createHash('sha256');
  let count = 0;
  const model = new OnlineModel(SETTINGS);
  stored().forEach((message, i) => {
    for (const record of canonicalRecords(message)) {
      records.update(record);
      count++;
    }
    model.fold(i + 1, message);
  });
  const { samples, rejected } = model;
  return { count, records: records.digest('hex'), samples, rejected, model: model.hash() };
}

describe('stored FEEDBACK', () => {
  it('reads as the recorded records, and teaches a model what it taught', () => {
    const { model, ...found } = read();
    const hashes = { ...found, model: model.parts };
    if (process.env.REKAPPA_GOLDEN === 'write') writeFileSync(HASHES, `${JSON.stringify(hashes, null, 2)}\n`);
    expect(hashes).toEqual(JSON.parse(readFileSync(HASHES, 'utf8')));
    expect(found.samples).toBeGreaterThan(100);
    expect(found.rejected).toBe(0);
  });
});
