/**
 * What changed in a model between two FEEDBACK sequences, as absolute values and as steps that are taken once: applying a delta
 * twice, or one that overlaps what is known, changes nothing. Little-endian:
 *
 *     magic "RKD3" u32 | crc32 of what follows u32 | version text | from varint | to varint | final u8 |
 *     deflated: fm w0 f32 | slots (slot-points.ts) | steps (next-item/engagement-relay.ts) | rows of each row table of tables.ts |
 *     if final: blend | calibrators | samples
 *
 * A drain that does not fit one message takes several; only the last is final and moves a replica's sequence.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { AppError } from '#kernel';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import type { ModelState } from './model-state.js';
import type { Scorer } from './scorer.js';
import type { EngagementListener, EngagementRelay } from './next-item/engagement-relay.js';
import { decodeSlots, encodeSlots } from './slot-points.js';
import { rowTables } from './tables.js';

const MAGIC = 0x33444b52;
/** Bound of one delta message; JetStream's default limit is 1 MiB. */
export const DELTA_BYTES_MAX = 512 * 1024;
const PREAMBLE_BYTES = 8;
/** Bound of what a message may unpack to. */
const CONTENT_BYTES_MAX = 4 * DELTA_BYTES_MAX;
/** Halves it; higher levels take longer and gain little. */
const DEFLATE_LEVEL = 1;

export interface DeltaHeader {
  readonly version: string;
  /** FEEDBACK sequences: a replica at `from` or later can apply it and is then at `to`. */
  readonly from: number;
  readonly to: number;
  /** The last message of its drain. */
  readonly final: boolean;
}

/** What a model knows besides: steps for replicas to take. */
export interface Followed extends ModelState {
  readonly relay: EngagementRelay;
}

/** The next message of what changed, or undefined when the replicas know everything. */
export function encodeDelta(model: Followed): Uint8Array | undefined {
  const { changed, relay, scorer } = model;
  const tables = rowTables(scorer.tables);
  const isChanged = (): boolean =>
    changed.size > 0 || relay.size > 0 || tables.some(({ dirty }) => dirty.size > 0);
  if (model.drained === model.sequence && !isChanged()) return undefined;

  const content = new ByteWriter();
  content.f32(scorer.weights.fm.w0[0]!);
  let left = encodeSlots(scorer.weights.ftrl.rows, content, DELTA_BYTES_MAX);
  const beforeSteps = content.length;
  relay.drain(content, left);
  left -= content.length - beforeSteps;
  for (const table of tables) {
    const rows = table.dirty.drain(Math.max(0, Math.floor(left / table.rowBytesMax)));
    const before = content.length;
    table.encodeRows(content, rows);
    left -= content.length - before;
  }
  const final = !isChanged();
  if (final) {
    encodeScalars(scorer, content);
    content.varint(model.samples);
  }

  const message = new ByteWriter(content.length + 256);
  message.text(model.version);
  message.varint(Math.max(model.drained, relay.lost));
  message.varint(model.sequence);
  message.u8(final ? 1 : 0);
  message.raw(deflateRawSync(content.bytes(), { level: DEFLATE_LEVEL }));
  if (final) model.drained = model.sequence;
  return framed(message.bytes());
}

export function decodeDeltaHeader(bytes: Uint8Array): DeltaHeader {
  return readHeader(opened(bytes));
}

/** What a replica follows with. */
export interface Follower {
  readonly scorer: Scorer;
  readonly listener: EngagementListener;
}

/** Writes the delta's values into a scorer, and takes its steps. @returns the model's samples, when it is final */
export function applyDelta(
  bytes: Uint8Array,
  { scorer, listener }: Follower,
): { header: DeltaHeader; samples: number | undefined } {
  const message = opened(bytes);
  const header = readHeader(message);
  const reader = inflated(message);
  scorer.weights.fm.w0[0] = reader.f32();
  decodeSlots(scorer.weights.ftrl.rows, reader);
  listener.hear(reader);
  for (const table of rowTables(scorer.tables)) table.decodeRows(reader);
  if (!header.final) return { header, samples: undefined };
  decodeScalars(scorer, reader);
  return { header, samples: reader.varint() };
}

function encodeScalars(scorer: Scorer, writer: ByteWriter): void {
  scorer.blend.encode(writer);
  for (const calibrator of scorer.calibrators) calibrator.encode(writer);
}

function decodeScalars(scorer: Scorer, reader: ByteReader): void {
  scorer.blend.decode(reader);
  for (const calibrator of scorer.calibrators) calibrator.decode(reader);
}

function framed(content: Buffer): Uint8Array {
  const message = Buffer.allocUnsafe(PREAMBLE_BYTES + content.length);
  message.writeUInt32LE(MAGIC, 0);
  message.writeUInt32LE(crc32(content), 4);
  message.set(content, PREAMBLE_BYTES);
  return message;
}

/** @throws AppError REK_LOG_DAMAGED */
function opened(bytes: Uint8Array): ByteReader {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sound =
    message.length > PREAMBLE_BYTES &&
    message.readUInt32LE(0) === MAGIC &&
    message.readUInt32LE(4) === crc32(message.subarray(PREAMBLE_BYTES));
  if (!sound) throw new AppError('REK_LOG_DAMAGED', 'a model delta does not match its checksum');
  return new ByteReader(message.subarray(PREAMBLE_BYTES));
}

/** @throws AppError REK_LOG_DAMAGED */
function inflated(message: ByteReader): ByteReader {
  try {
    return new ByteReader(
      inflateRawSync(message.raw(message.remaining), { maxOutputLength: CONTENT_BYTES_MAX }),
    );
  } catch (cause) {
    throw new AppError('REK_LOG_DAMAGED', 'a model delta cannot be unpacked', undefined, { cause });
  }
}

function readHeader(reader: ByteReader): DeltaHeader {
  return { version: reader.text(), from: reader.varint(), to: reader.varint(), final: reader.u8() === 1 };
}
