/** Reads FEEDBACK batches, whatever version wrote them: the layout is told in feedback-codec.ts and outcome-codec.ts. */
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
  type Sequel,
} from './feedback.js';
import {
  decodeFeedbackHeader,
  encodeFeedbackRecord,
  FEEDBACK_HEADER_BYTES,
  FEEDBACK_KIND as KIND,
  REVISES,
  TASTE,
  viewOf,
  type FeedbackHeader,
} from './feedback-codec.js';
import { readContinued, readFeatures } from './outcome-codec.js';
import { newSequel, readSequel } from './sequel-codec.js';

export interface FeedbackSink {
  exposure(record: Exposure): void;
  outcome(record: Outcome): void;
  sequel(record: Sequel): void;
  engagement(record: Engagement): void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Decodes batches into a sink, with one reused view a kind: no allocation per record. A sink that keeps a record
 * copies it; one decoder belongs to one reader.
 */
export class FeedbackDecoder {
  private readonly cause = { sequence: 0, index: 0 };
  private readonly features: FeatureVector = newFeatureVector(FEATURES_MAX);
  private readonly exposure: Mutable<Exposure> & { itemKeys: number[]; positions: number[] } = {
    kind: 'exposure',
    cause: this.cause,
    timestamp: 0,
    segment: 0,
    taste: 0,
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
    taste: 0,
    label: 0,
    weight: 0,
    position: 0,
    depth: 0,
    propensity: 0,
    features: this.features,
  };
  private readonly itemLabels: number[] = [];
  private readonly userLabels: number[] = [];
  private readonly engagement: Mutable<Engagement> & {
    recentKeys: number[];
    recentAgesSeconds: number[];
    audiences: number[];
  } = {
    kind: 'engagement',
    cause: this.cause,
    timestamp: 0,
    userKey: 0,
    itemKey: 0,
    segment: 0,
    taste: 0,
    audiences: [],
    repeated: false,
    typeHash: 0,
    weight: 0,
    recentKeys: [],
    recentAgesSeconds: [],
  };

  private readonly sequel = newSequel(this.cause, this.features);

  /** Calls the sink for each record, in order; a sink leaves it as it is. @throws AppError REK_LOG_DAMAGED */
  decode(payload: Uint8Array, sink: FeedbackSink): FeedbackHeader {
    const header = decodeFeedbackHeader(payload);
    const view = viewOf(payload);
    let at = FEEDBACK_HEADER_BYTES;
    let continuable = false;
    for (let i = 0; i < header.count; i++) {
      const withTaste = view.getUint8(at) >= TASTE;
      const kind = view.getUint8(at) % TASTE;
      if (kind === KIND.continuedOutcome) {
        if (!continuable) throw new AppError('REK_LOG_DAMAGED', 'an outcome continues none');
        at = readContinued(view, at, this.outcome);
        sink.outcome(this.outcome);
        continue;
      }
      continuable = kind === KIND.outcomeWithDepth || kind === KIND.outcome || kind === KIND.compactOutcome;
      this.cause.sequence = view.getFloat64(at + 1, true);
      this.cause.index = view.getUint16(at + 9, true);
      const timestamp = view.getFloat64(at + 11, true);
      at += 19;
      const taste = withTaste ? view.getFloat64(at, true) : 0;
      this.exposure.taste = this.outcome.taste = this.engagement.taste = taste;
      if (withTaste) at += 8;
      if (continuable) at = this.readOutcome(view, at, timestamp, sink, kind);
      else if (kind === KIND.exposureWithDepth || kind === KIND.exposure)
        at = this.readExposure(view, at, timestamp, sink, kind === KIND.exposureWithDepth);
      else if (kind === KIND.engagement || kind === KIND.valuedEngagement || kind === KIND.labelledEngagement)
        at = this.readEngagement(view, at, timestamp, sink, withTaste, kind);
      else if (kind === KIND.sequel) at = this.readSequel(view, at, timestamp, sink);
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
    kind: number,
  ): number {
    const record = this.outcome;
    const withDepth = kind !== KIND.outcome;
    record.timestamp = timestamp;
    record.userKey = view.getFloat64(at, true);
    record.itemKey = view.getFloat64(at + 8, true);
    record.listKey = view.getFloat64(at + 16, true);
    record.segment = view.getUint16(at + 24, true);
    const label = view.getUint8(at + 26);
    record.label = (label % REVISES) as 0 | 1;
    record.revises = label >= REVISES;
    record.weight = view.getFloat32(at + 27, true);
    record.position = view.getUint16(at + 31, true);
    record.depth = withDepth ? view.getUint16(at + 33, true) : 0;
    at += withDepth ? 35 : 33;
    record.propensity = view.getFloat32(at, true);
    at += 4;
    at =
      kind === KIND.compactOutcome
        ? readFeatures(view, at, this.features, 0)
        : readPlainFeatures(view, at, this.features);
    sink.outcome(record);
    return at;
  }

  private readSequel(view: DataView, at: number, timestamp: number, sink: FeedbackSink): number {
    this.sequel.timestamp = timestamp;
    const next = readSequel(view, at, this.sequel);
    sink.sequel(this.sequel);
    return next;
  }

  private readEngagement(
    view: DataView,
    at: number,
    timestamp: number,
    sink: FeedbackSink,
    withTaste: boolean,
    kind: number,
  ): number {
    const record = this.engagement;
    record.timestamp = timestamp;
    record.repeated = withTaste && view.getUint8(at) === 1;
    record.audiences.length = 0;
    if (withTaste) at = readLabels(view, at + 1, record.audiences);
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
    record.value = record.itemLabels = record.userLabels = undefined;
    if (kind === KIND.labelledEngagement) {
      at = readLabels(view, at, (record.itemLabels = this.itemLabels));
    } else if (kind === KIND.valuedEngagement) {
      record.value = view.getFloat64(at, true);
      at = readLabels(view, at + 8, (record.itemLabels = this.itemLabels));
      at = readLabels(view, at, (record.userLabels = this.userLabels));
    }
    sink.engagement(record);
    return at;
  }
}

/** Decodes into records of their own: for tests, tools and small volumes. */
export function decodeFeedbackBatch(payload: Uint8Array): FeedbackBatch {
  const records: FeedbackRecord[] = [];
  const keep = (record: FeedbackRecord) => void records.push(present(structuredClone(record)));
  const header = new FeedbackDecoder().decode(payload, {
    exposure: keep,
    outcome: keep,
    sequel: keep,
    engagement: keep,
  });
  const { partition, epoch, through, part } = header;
  return { partition, epoch, through, ...(part > 0 ? { part } : {}), records };
}

/** The canonical bytes of a message's records, in whatever form it holds them: equal for equal records. */
export function canonicalRecords(payload: Uint8Array): Buffer[] {
  const records: Buffer[] = [];
  const keep = (record: FeedbackRecord) => void records.push(encodeFeedbackRecord(record));
  new FeedbackDecoder().decode(payload, { exposure: keep, outcome: keep, sequel: keep, engagement: keep });
  return records;
}

/** Without the fields that hold nothing. */
function present<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

function readPlainFeatures(view: DataView, at: number, features: FeatureVector): number {
  const { indices, values } = features;
  const n = view.getUint8(at);
  at += 1;
  for (let i = 0; i < n; i++, at += 4) indices[i] = view.getUint32(at, true);
  for (let i = 0; i < n; i++, at += 4) values[i] = view.getFloat32(at, true);
  features.length = n;
  return at;
}

function readLabels(view: DataView, at: number, labels: number[]): number {
  labels.length = view.getUint8(at++);
  for (let i = 0; i < labels.length; i++, at += 4) labels[i] = view.getUint32(at, true);
  return at;
}
