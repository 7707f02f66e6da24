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
 * feedback-decoder.ts reads them.
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

/** The bytes of one record, in a fresh buffer. */
export function encodeFeedbackRecord(record: FeedbackRecord): Buffer {
  const buffer = Buffer.allocUnsafe(recordBytes(record));
  writeRecord(buffer, 0, record);
  return buffer;
}

export function encodeFeedbackBatch(batch: FeedbackBatch): Buffer {
  return assembleFeedbackBatch(batch, batch.records.length, batch.records.map(encodeFeedbackRecord));
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

/** Of the encoded record. */
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

/** @returns where it ends */
export function writeRecord(buffer: Buffer, at: number, record: FeedbackRecord): number {
  buffer.writeUInt8(record.kind === 'sequel' ? FEEDBACK_KIND.sequel : kindOf(record) + TASTE, at);
  buffer.writeDoubleLE(record.cause.sequence, at + 1);
  buffer.writeUInt16LE(record.cause.index, at + 9);
  buffer.writeDoubleLE(record.timestamp, at + 11);
  at += 19;
  if (record.kind === 'sequel') return writeSequel(buffer, at, record);
  buffer.writeDoubleLE(record.taste ?? 0, at);
  at += 8;
  switch (record.kind) {
    case 'exposure':
      return writeExposure(buffer, at, record);
    case 'outcome':
      return writeOutcome(buffer, at, record);
    case 'engagement':
      return writeEngagement(buffer, at, record);
  }
}

function writeExposure(buffer: Buffer, at: number, record: Exposure): number {
  buffer.writeUInt16LE(record.segment, at);
  buffer.writeUInt16LE(record.depth ?? 0, at + 2);
  buffer.writeUInt16LE(record.itemKeys.length, at + 4);
  at += 6;
  for (let i = 0; i < record.itemKeys.length; i++, at += 10) {
    buffer.writeDoubleLE(record.itemKeys[i]!, at);
    buffer.writeUInt16LE(record.positions[i]!, at + 8);
  }
  return at;
}

function writeOutcome(buffer: Buffer, at: number, record: Outcome): number {
  buffer.writeDoubleLE(record.userKey, at);
  buffer.writeDoubleLE(record.itemKey, at + 8);
  buffer.writeDoubleLE(record.listKey, at + 16);
  buffer.writeUInt16LE(record.segment, at + 24);
  buffer.writeUInt8(record.label + (record.revises ? REVISES : 0), at + 26);
  buffer.writeFloatLE(record.weight, at + 27);
  buffer.writeUInt16LE(record.position, at + 31);
  buffer.writeUInt16LE(record.depth ?? 0, at + 33);
  buffer.writeFloatLE(record.propensity, at + 35);
  const { indices, values, length } = record.features;
  buffer.writeUInt8(length, at + 39);
  at += 40;
  for (let i = 0; i < length; i++, at += 4) buffer.writeUInt32LE(indices[i]!, at);
  for (let i = 0; i < length; i++, at += 4) buffer.writeFloatLE(values[i]!, at);
  return at;
}

function writeEngagement(buffer: Buffer, at: number, record: Engagement): number {
  at = buffer.writeUInt8(record.repeated ? 1 : 0, at);
  at = writeLabels(buffer, at, record.audiences);
  buffer.writeDoubleLE(record.userKey, at);
  buffer.writeDoubleLE(record.itemKey, at + 8);
  buffer.writeUInt16LE(record.segment, at + 16);
  buffer.writeUInt32LE(record.typeHash, at + 18);
  buffer.writeFloatLE(record.weight, at + 22);
  buffer.writeUInt8(record.recentKeys.length, at + 26);
  at += 27;
  for (let i = 0; i < record.recentKeys.length; i++, at += 12) {
    buffer.writeDoubleLE(record.recentKeys[i]!, at);
    buffer.writeFloatLE(record.recentAgesSeconds[i]!, at + 8);
  }
  if (record.value === undefined)
    return record.itemLabels?.length ? writeLabels(buffer, at, record.itemLabels) : at;
  at = buffer.writeDoubleLE(record.value, at);
  at = writeLabels(buffer, at, record.itemLabels);
  return writeLabels(buffer, at, record.userLabels);
}

function writeLabels(buffer: Buffer, at: number, labels: readonly number[] = []): number {
  at = buffer.writeUInt8(labels.length, at);
  for (const label of labels) at = buffer.writeUInt32LE(label, at);
  return at;
}

export function asBuffer(payload: Uint8Array): Buffer {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}
