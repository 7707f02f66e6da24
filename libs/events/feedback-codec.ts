/**
 * The binary form of FEEDBACK batches (layout in feedback.ts). Records are written back to back:
 *
 *     kind u8 | cause sequence f64 | cause index u16 | timestamp f64 | body
 *     exposure   segment u16 | depth u16 | n u16 | n × (itemKey f64, position u16)      (kind 5)
 *     outcome    userKey f64 | itemKey f64 | listKey f64 | segment u16 | label u8 | weight f32 |
 *                position u16 | depth u16 | propensity f32 | n u8 | n × index u32 | n × value f32      (kind 4)
 *                label 3: a click that revises a 0 before it
 *     engagement userKey f64 | itemKey f64 | segment u16 | typeHash u32 | weight f32 | n u8 |
 *                n × (recentKey f64, ageSeconds f32)                                (kind 3)
 *     an engagement with a value: as kind 3, then value f64 |
 *                i u8 | i × itemLabel u32 | u u8 | u × userLabel u32                  (kind 6)
 *     an engagement with labels of its item: as kind 3, then i u8 | i × itemLabel u32   (kind 8)
 *     sequel     sequel-codec.ts                                                    (kind 7)
 *
 * Kinds 1 and 2 are exposures and outcomes of earlier versions, without a depth.
 *
 * A kind with TASTE added has, before its body, what is known of the user: taste f64; for an engagement also
 * repeated u8 | m u8 | m × audience u32. Records of earlier versions have none of it.
 *
 * This is the canonical form of a record, by which records are compared and hashed. In the stream itself outcomes take less than half of it
 * (kinds 9 and 10, outcome-codec.ts); record-run.ts writes batches, feedback-decoder.ts reads both.
 */
import { crc32 } from 'node:zlib';
import { AppError } from '#kernel';
import {
  type Engagement,
  type Exposure,
  type FeedbackBatch,
  type FeedbackRecord,
  type Outcome,
  type Sequel,
} from './feedback.js';
import { sequelBytes, writeSequel } from './sequel-codec.js';

const MAGIC = 0x31464b52; // "RKF1", little-endian
export const FEEDBACK_HEADER_BYTES = 40;
/** The first byte of a record. */
export const FEEDBACK_KIND = {
  exposure: 1,
  outcome: 2,
  engagement: 3,
  outcomeWithDepth: 4,
  exposureWithDepth: 5,
  valuedEngagement: 6,
  sequel: 7,
  labelledEngagement: 8,
  compactOutcome: 9,
  continuedOutcome: 10,
} as const;
/** Added to the label of a click that revises an outcome before it. */
export const REVISES = 2;
/** Added to the kind of a record that carries what is known of the user. */
export const TASTE = 0x10;

export interface FeedbackHeader {
  partition: number;
  epoch: number;
  count: number;
  through: { sequence: number; index: number };
  /** Parts already emitted of the first frame after `through`. */
  part: number;
}

/** The canonical bytes of one record, in a fresh buffer. */
export function encodeFeedbackRecord(record: FeedbackRecord): Buffer {
  const buffer = Buffer.allocUnsafe(recordBytes(record));
  writeRecord(viewOf(buffer), 0, record);
  return buffer;
}

/** A batch of so many records that are already encoded. @param encoded their bytes, one after the other */
export function assembleFeedbackBatch(
  batch: Omit<FeedbackBatch, 'records'>,
  records: number,
  encoded: readonly Uint8Array[],
): Buffer {
  const buffer = Buffer.concat([Buffer.alloc(FEEDBACK_HEADER_BYTES), ...encoded]);
  buffer.writeUInt32LE(MAGIC, 0);
  buffer.writeUInt16LE(batch.partition, 4);
  buffer.writeUInt16LE(batch.part ?? 0, 6);
  buffer.writeDoubleLE(batch.epoch, 8);
  buffer.writeUInt32LE(records, 16);
  buffer.writeDoubleLE(batch.through.sequence, 20);
  buffer.writeUInt32LE(batch.through.index, 28);
  buffer.writeUInt32LE(0, 32);
  buffer.writeUInt32LE(crc32(buffer.subarray(FEEDBACK_HEADER_BYTES), crc32(buffer.subarray(0, 36))), 36);
  return buffer;
}

/** @throws AppError REK_LOG_DAMAGED when magic, length or checksum do not match. */
export function decodeFeedbackHeader(payload: Uint8Array): FeedbackHeader {
  const buffer = asBuffer(payload);
  if (buffer.length < FEEDBACK_HEADER_BYTES || buffer.readUInt32LE(0) !== MAGIC) {
    throw new AppError('REK_LOG_DAMAGED', 'a feedback message does not start with the RKF1 header');
  }
  if (
    buffer.readUInt32LE(36) !== crc32(buffer.subarray(FEEDBACK_HEADER_BYTES), crc32(buffer.subarray(0, 36)))
  ) {
    throw new AppError('REK_LOG_DAMAGED', 'a feedback message does not match its checksum');
  }
  return {
    partition: buffer.readUInt16LE(4),
    epoch: buffer.readDoubleLE(8),
    count: buffer.readUInt32LE(16),
    through: { sequence: buffer.readDoubleLE(20), index: buffer.readUInt32LE(28) },
    part: buffer.readUInt16LE(6),
  };
}

/** Of the record in its canonical form. */
export function recordBytes(record: FeedbackRecord): number {
  switch (record.kind) {
    case 'exposure':
      return 33 + record.itemKeys.length * 10;
    case 'outcome':
      return 67 + record.features.length * 8;
    case 'sequel':
      return 19 + sequelBytes(record);
    case 'engagement':
      return 56 + record.recentKeys.length * 12 + (record.audiences?.length ?? 0) * 4 + valueBytes(record);
  }
}

function valueBytes({ value, itemLabels = [], userLabels = [] }: Engagement): number {
  if (value !== undefined) return 10 + 4 * (itemLabels.length + userLabels.length);
  return itemLabels.length > 0 ? 1 + 4 * itemLabels.length : 0;
}

function kindOf(record: Exclude<FeedbackRecord, Sequel>): number {
  if (record.kind === 'exposure') return FEEDBACK_KIND.exposureWithDepth;
  if (record.kind === 'outcome') return FEEDBACK_KIND.outcomeWithDepth;
  if (record.value !== undefined) return FEEDBACK_KIND.valuedEngagement;
  return record.itemLabels?.length ? FEEDBACK_KIND.labelledEngagement : FEEDBACK_KIND.engagement;
}

/** In the canonical form. @returns where it ends */
export function writeRecord(view: DataView, at: number, record: FeedbackRecord): number {
  switch (record.kind) {
    case 'exposure':
      return writeExposure(view, writeHead(view, at, kindOf(record), record), record);
    case 'outcome':
      return writeOutcome(view, writeHead(view, at, kindOf(record), record), record);
    case 'engagement':
      return writeEngagement(view, writeHead(view, at, kindOf(record), record), record);
    case 'sequel':
      return writeSequel(view, writeCause(view, at, FEEDBACK_KIND.sequel, record), record);
  }
}

/** What a record begins with whose kind has TASTE. @returns where its body begins */
export function writeHead(
  view: DataView,
  at: number,
  kind: number,
  record: Exclude<FeedbackRecord, Sequel>,
): number {
  at = writeCause(view, at, kind + TASTE, record);
  view.setFloat64(at, record.taste ?? 0, true);
  return at + 8;
}

function writeCause(view: DataView, at: number, kind: number, { cause, timestamp }: FeedbackRecord): number {
  view.setUint8(at, kind);
  view.setFloat64(at + 1, cause.sequence, true);
  view.setUint16(at + 9, cause.index, true);
  view.setFloat64(at + 11, timestamp, true);
  return at + 19;
}

function writeExposure(view: DataView, at: number, record: Exposure): number {
  view.setUint16(at, record.segment, true);
  view.setUint16(at + 2, record.depth ?? 0, true);
  view.setUint16(at + 4, record.itemKeys.length, true);
  at += 6;
  for (let i = 0; i < record.itemKeys.length; i++, at += 10) {
    view.setFloat64(at, record.itemKeys[i]!, true);
    view.setUint16(at + 8, record.positions[i]!, true);
  }
  return at;
}

function writeOutcome(view: DataView, at: number, record: Outcome): number {
  at = writeOutcomeFields(view, at, record);
  const { indices, values, length } = record.features;
  view.setUint8(at, length);
  at += 1;
  for (let i = 0; i < length; i++, at += 4) view.setUint32(at, indices[i]!, true);
  for (let i = 0; i < length; i++, at += 4) view.setFloat32(at, values[i]!, true);
  return at;
}

/** As one number. */
export function labelOf({ label, revises }: Outcome): number {
  return label + (revises ? REVISES : 0);
}

/** All but the features. @returns where those begin */
export function writeOutcomeFields(view: DataView, at: number, record: Outcome): number {
  view.setFloat64(at, record.userKey, true);
  view.setFloat64(at + 8, record.itemKey, true);
  view.setFloat64(at + 16, record.listKey, true);
  view.setUint16(at + 24, record.segment, true);
  view.setUint8(at + 26, labelOf(record));
  view.setFloat32(at + 27, record.weight, true);
  view.setUint16(at + 31, record.position, true);
  view.setUint16(at + 33, record.depth ?? 0, true);
  view.setFloat32(at + 35, record.propensity, true);
  return at + 39;
}

function writeEngagement(view: DataView, at: number, record: Engagement): number {
  view.setUint8(at, record.repeated ? 1 : 0);
  at += 1;
  at = writeLabels(view, at, record.audiences);
  view.setFloat64(at, record.userKey, true);
  view.setFloat64(at + 8, record.itemKey, true);
  view.setUint16(at + 16, record.segment, true);
  view.setUint32(at + 18, record.typeHash, true);
  view.setFloat32(at + 22, record.weight, true);
  view.setUint8(at + 26, record.recentKeys.length);
  at += 27;
  for (let i = 0; i < record.recentKeys.length; i++, at += 12) {
    view.setFloat64(at, record.recentKeys[i]!, true);
    view.setFloat32(at + 8, record.recentAgesSeconds[i]!, true);
  }
  if (record.value === undefined)
    return record.itemLabels?.length ? writeLabels(view, at, record.itemLabels) : at;
  view.setFloat64(at, record.value, true);
  at += 8;
  at = writeLabels(view, at, record.itemLabels);
  return writeLabels(view, at, record.userLabels);
}

function writeLabels(view: DataView, at: number, labels: readonly number[] = []): number {
  view.setUint8(at, labels.length);
  at += 1;
  for (let i = 0; i < labels.length; i++, at += 4) view.setUint32(at, labels[i]!, true);
  return at;
}

export function asBuffer(payload: Uint8Array): Buffer {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
