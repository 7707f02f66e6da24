/**
 * What changed in a model between two FEEDBACK sequences, as absolute values: applying a delta twice, or one that
 * overlaps what is known, changes nothing. Little-endian:
 *
 *     magic "RKD2" u32 | crc32 of what follows u32 | version text | from varint | to varint | final u8 |
 *     slots (ascending) | fm w0 | factors, three weights, two counts of each slot | ftrl's information | rows of each table of tables.ts |
 *     if final: blend | calibrators | samples
 *
 * A drain that does not fit one message takes several; only the last is final and moves a replica's sequence.
 */
import { crc32 } from 'node:zlib';
import { AppError } from '#kernel';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import type { ModelState } from './model-state.js';
import type { Scorer } from './scorer.js';
import { tableList } from './tables.js';

const MAGIC = 0x32444b52;
/** Bound of one delta message; JetStream's default limit is 1 MiB. */
export const DELTA_BYTES_MAX = 512 * 1024;
const PREAMBLE_BYTES = 8;
/** Of a slot, without its factors: index, three weights, FTRL's information, and two counts. */
const SLOT_BYTES = 5 + 3 * 4 + 1 + 2 * 4;

export interface DeltaHeader {
  readonly version: string;
  /** FEEDBACK sequences: a replica at `from` or later can apply it and is then at `to`. */
  readonly from: number;
  readonly to: number;
  /** The last message of its drain. */
  readonly final: boolean;
}

/** The next message of what changed, or undefined when the replicas know everything. */
export function encodeDelta(model: ModelState): Uint8Array | undefined {
  const tables = tableList(model.scorer.tables);
  const changed = (): boolean => model.dirtySlots.size > 0 || tables.some(({ dirty }) => dirty.size > 0);
  if (model.drained === model.sequence && !changed()) return undefined;
  const slotBytes = SLOT_BYTES + 4 * model.settings.fm.factors;
  const slots = model.dirtySlots.drain(Math.floor(DELTA_BYTES_MAX / slotBytes));
  let left = DELTA_BYTES_MAX - slots.length * slotBytes;
  const rows = tables.map(({ dirty, rowBytesMax }) => {
    const drained = dirty.drain(Math.max(0, Math.floor(left / rowBytesMax)));
    left -= drained.length * rowBytesMax;
    return drained;
  });
  const final = !changed();

  const writer = new ByteWriter();
  writer.text(model.version);
  writer.varint(model.drained);
  writer.varint(model.sequence);
  writer.u8(final ? 1 : 0);
  writer.ascending(slots);
  encodeWeights(model.scorer, writer, slots);
  tables.forEach((table, i) => table.encodeRows(writer, rows[i]!));
  if (final) {
    encodeScalars(model.scorer, writer);
    writer.varint(model.samples);
    model.drained = model.sequence;
  }
  return framed(writer.bytes());
}

export function decodeDeltaHeader(bytes: Uint8Array): DeltaHeader {
  return readHeader(opened(bytes));
}

/** Writes the delta's values into a scorer. @returns the model's samples, when it is final */
export function applyDelta(
  bytes: Uint8Array,
  scorer: Scorer,
  slots: number,
): { header: DeltaHeader; samples: number | undefined } {
  const reader = opened(bytes);
  const header = readHeader(reader);
  const changed = reader.ascending(slots);
  decodeWeights(scorer, reader, changed);
  for (const table of tableList(scorer.tables)) table.decodeRows(reader);
  if (!header.final) return { header, samples: undefined };
  decodeScalars(scorer, reader);
  return { header, samples: reader.varint() };
}

/** Makes `to` predict what `from` does: with these slots, and the same tables. */
export function copyPredictions(from: Scorer, to: Scorer, slots: Uint32Array): void {
  const writer = new ByteWriter();
  encodeWeights(from, writer, slots);
  encodeScalars(from, writer);
  const reader = new ByteReader(writer.bytes());
  decodeWeights(to, reader, slots);
  decodeScalars(to, reader);
}

function encodeWeights({ weights: { fm, ftrl } }: Scorer, writer: ByteWriter, slots: Uint32Array): void {
  writer.f32(fm.w0[0]!);
  fm.rows.encodeWeights(writer, slots);
  ftrl.encodeInformation(writer, slots);
}

function decodeWeights({ weights: { fm, ftrl } }: Scorer, reader: ByteReader, slots: Uint32Array): void {
  fm.w0[0] = reader.f32();
  fm.rows.decodeWeights(reader, slots);
  ftrl.decodeInformation(reader, slots);
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

function readHeader(reader: ByteReader): DeltaHeader {
  return { version: reader.text(), from: reader.varint(), to: reader.varint(), final: reader.u8() === 1 };
}
