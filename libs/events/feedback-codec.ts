/**
 * The binary form of FEEDBACK batches (layout in feedback.ts). Records are written back to back:
 *
 *     kind u8 | cause sequence f64 | cause index u16 | timestamp f64 | body
 *     exposure   segment u16 | depth u16 | n u16 | n × (itemKey f64, position u16)      (kind 5)
 *     outcome    userKey f64 | itemKey f64 | listKey f64 | segment u16 | label u8 | weight f32 |
 *                position u16 | depth u16 | propensity f32 | n u8 | n × index u32 | n × value f32      (kind 4)
 *     engagement userKey f64 | itemKey f64 | segment u16 | typeHash u32 | weight f32 | n u8 |
 *                n × (recentKey f64, ageSeconds f32)                                (kind 3)
 *
 * Kinds 1 and 2 are exposures and outcomes of earlier versions, without a depth.
 *
 * Decoding calls a sink with one reused view per kind: no allocation per record. A sink that keeps a
 * record copies it.
 */
import { crc32 } from 'node:zlib';
import { AppError } from '#kernel';
import {
  FEATURES_MAX,
  newFeatureVector,
  type Engagement,
  type Exposure,
  type FeatureVector,
  type FeedbackBatch,
  type FeedbackRecord,
  type Outcome,
} from './feedback.js';

const MAGIC = 0x31464b52; // "RKF1", little-endian
export const FEEDBACK_HEADER_BYTES = 40;
const KIND_EXPOSURE = 1;
const KIND_OUTCOME = 2;
const KIND_ENGAGEMENT = 3;
const KIND_OUTCOME_WITH_DEPTH = 4;
const KIND_EXPOSURE_WITH_DEPTH = 5;

const KINDS = {
  exposure: KIND_EXPOSURE_WITH_DEPTH,
  outcome: KIND_OUTCOME_WITH_DEPTH,
  engagement: KIND_ENGAGEMENT,
} as const;

export interface FeedbackSink {
  exposure(record: Exposure): void;
  outcome(record: Outcome): void;
  engagement(record: Engagement): void;
}

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
  return assembleFeedbackBatch(batch, batch.records.map(encodeFeedbackRecord));
}

/** A batch of records that are already encoded. */
export function assembleFeedbackBatch(
  batch: Omit<FeedbackBatch, 'records'>,
  records: readonly Uint8Array[],
): Buffer {
  const buffer = Buffer.concat([Buffer.alloc(FEEDBACK_HEADER_BYTES), ...records]);
  buffer.writeUInt32LE(MAGIC, 0);
  buffer.writeUInt16LE(batch.partition, 4);
  buffer.writeUInt16LE(batch.part ?? 0, 6);
  buffer.writeDoubleLE(batch.epoch, 8);
  buffer.writeUInt32LE(records.length, 16);
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

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Decodes batches into a sink. One decoder belongs to one reader: its views are reused. */
export class FeedbackDecoder {
  private readonly cause = { sequence: 0, index: 0 };
  private readonly features: FeatureVector = newFeatureVector(FEATURES_MAX);
  private readonly exposure: Mutable<Exposure> & { itemKeys: number[]; positions: number[] } = {
    kind: 'exposure',
    cause: this.cause,
    timestamp: 0,
    segment: 0,
    depth: 0,
    itemKeys: [],
    positions: [],
  };
  private readonly outcome: Mutable<Outcome> = {
    kind: 'outcome',
    cause: this.cause,
    timestamp: 0,
    userKey: 0,
    itemKey: 0,
    listKey: 0,
    segment: 0,
    label: 0,
    weight: 0,
    position: 0,
    depth: 0,
    propensity: 0,
    features: this.features,
  };
  private readonly engagement: Mutable<Engagement> & { recentKeys: number[]; recentAgesSeconds: number[] } = {
    kind: 'engagement',
    cause: this.cause,
    timestamp: 0,
    userKey: 0,
    itemKey: 0,
    segment: 0,
    typeHash: 0,
    weight: 0,
    recentKeys: [],
    recentAgesSeconds: [],
  };

  /** Calls the sink for each record, in order. @throws AppError REK_LOG_DAMAGED */
  decode(payload: Uint8Array, sink: FeedbackSink): FeedbackHeader {
    const header = decodeFeedbackHeader(payload);
    const buffer = asBuffer(payload);
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    let at = FEEDBACK_HEADER_BYTES;
    for (let i = 0; i < header.count; i++) {
      const kind = view.getUint8(at);
      this.cause.sequence = view.getFloat64(at + 1, true);
      this.cause.index = view.getUint16(at + 9, true);
      const timestamp = view.getFloat64(at + 11, true);
      at += 19;
      if (kind === KIND_OUTCOME_WITH_DEPTH || kind === KIND_OUTCOME)
        at = this.readOutcome(view, at, timestamp, sink, kind === KIND_OUTCOME_WITH_DEPTH);
      else if (kind === KIND_EXPOSURE_WITH_DEPTH || kind === KIND_EXPOSURE)
        at = this.readExposure(view, at, timestamp, sink, kind === KIND_EXPOSURE_WITH_DEPTH);
      else if (kind === KIND_ENGAGEMENT) at = this.readEngagement(view, at, timestamp, sink);
      else throw new AppError('REK_LOG_DAMAGED', `unknown feedback record kind ${kind}`);
    }
    return header;
  }

  private readExposure(
    view: DataView,
    at: number,
    timestamp: number,
    sink: FeedbackSink,
    withDepth: boolean,
  ): number {
    const record = this.exposure;
    record.timestamp = timestamp;
    record.segment = view.getUint16(at, true);
    record.depth = withDepth ? view.getUint16(at + 2, true) : 0;
    at += withDepth ? 4 : 2;
    const n = view.getUint16(at, true);
    record.itemKeys.length = record.positions.length = n;
    at += 2;
    for (let i = 0; i < n; i++, at += 10) {
      record.itemKeys[i] = view.getFloat64(at, true);
      record.positions[i] = view.getUint16(at + 8, true);
    }
    sink.exposure(record);
    return at;
  }

  private readOutcome(
    view: DataView,
    at: number,
    timestamp: number,
    sink: FeedbackSink,
    withDepth: boolean,
  ): number {
    const record = this.outcome;
    record.timestamp = timestamp;
    record.userKey = view.getFloat64(at, true);
    record.itemKey = view.getFloat64(at + 8, true);
    record.listKey = view.getFloat64(at + 16, true);
    record.segment = view.getUint16(at + 24, true);
    record.label = view.getUint8(at + 26) as 0 | 1;
    record.weight = view.getFloat32(at + 27, true);
    record.position = view.getUint16(at + 31, true);
    record.depth = withDepth ? view.getUint16(at + 33, true) : 0;
    at += withDepth ? 35 : 33;
    record.propensity = view.getFloat32(at, true);
    const n = view.getUint8(at + 4);
    at += 5;
    const { indices, values } = this.features;
    for (let i = 0; i < n; i++, at += 4) indices[i] = view.getUint32(at, true);
    for (let i = 0; i < n; i++, at += 4) values[i] = view.getFloat32(at, true);
    this.features.length = n;
    sink.outcome(record);
    return at;
  }

  private readEngagement(view: DataView, at: number, timestamp: number, sink: FeedbackSink): number {
    const record = this.engagement;
    record.timestamp = timestamp;
    record.userKey = view.getFloat64(at, true);
    record.itemKey = view.getFloat64(at + 8, true);
    record.segment = view.getUint16(at + 16, true);
    record.typeHash = view.getUint32(at + 18, true);
    record.weight = view.getFloat32(at + 22, true);
    const n = view.getUint8(at + 26);
    record.recentKeys.length = record.recentAgesSeconds.length = n;
    at += 27;
    for (let i = 0; i < n; i++, at += 12) {
      record.recentKeys[i] = view.getFloat64(at, true);
      record.recentAgesSeconds[i] = view.getFloat32(at + 8, true);
    }
    sink.engagement(record);
    return at;
  }
}

/** Decodes into records of their own: for tests, tools and small volumes. */
export function decodeFeedbackBatch(payload: Uint8Array): FeedbackBatch {
  const records: FeedbackRecord[] = [];
  const keep = (record: FeedbackRecord) => void records.push(structuredClone(record));
  const header = new FeedbackDecoder().decode(payload, { exposure: keep, outcome: keep, engagement: keep });
  const { partition, epoch, through, part } = header;
  return { partition, epoch, through, ...(part > 0 ? { part } : {}), records };
}

function recordBytes(record: FeedbackRecord): number {
  switch (record.kind) {
    case 'exposure':
      return 25 + record.itemKeys.length * 10;
    case 'outcome':
      return 59 + record.features.length * 8;
    case 'engagement':
      return 46 + record.recentKeys.length * 12;
  }
}

function writeRecord(buffer: Buffer, at: number, record: FeedbackRecord): number {
  const kind = KINDS[record.kind];
  buffer.writeUInt8(kind, at);
  buffer.writeDoubleLE(record.cause.sequence, at + 1);
  buffer.writeUInt16LE(record.cause.index, at + 9);
  buffer.writeDoubleLE(record.timestamp, at + 11);
  at += 19;
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
  buffer.writeUInt8(record.label, at + 26);
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
  return at;
}

function asBuffer(payload: Uint8Array): Buffer {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}
