/** The model's state as named parts, each with one canonical form: what snapshots store and hashes cover. */
import { createHash } from 'node:crypto';
import { atOnce, type Steps } from '#kernel';
import { PieceWriter, type ByteWriter } from './byte-writer.js';
import type { ByteReader } from './byte-reader.js';
import type { ExposureMemory } from './exposure-memory.js';
import type { HeldLists } from './held-lists.js';
import type { ChangedSlots } from './kernels/changed-slots.js';
import type { ModelSettings } from './model-settings.js';
import type { OnlineLearner } from './online-learner.js';
import type { ProgressiveReport, ProgressiveValidation } from './progressive-validation.js';
import type { LearnerName, Scorer } from './scorer.js';
import { TABLES } from './tables.js';

export const STATE_PARTS = [
  'counters',
  'rows',
  'ftrl',
  'fm',
  'olr',
  'rates',
  'blend',
  'calibration',
  ...TABLES,
  'exposures',
  'held',
  'validation',
] as const;
export type StatePart = (typeof STATE_PARTS)[number];

/** Who the model is: its name, how often one was promoted before it, and the configuration it started under. */
export interface ModelIdentity {
  readonly name: string;
  readonly generation: number;
  /** settingsHash of the configuration at the time of promotion; tells when the operator changed it since. */
  readonly configuredHash: string;
}

/** Everything a model is made of; `OnlineModel` is the one that folds. */
export interface ModelState {
  readonly settings: ModelSettings;
  readonly identity: ModelIdentity;
  readonly version: string;
  readonly scorer: Scorer;
  readonly learners: Readonly<Record<LearnerName, OnlineLearner>>;
  readonly exposures: ExposureMemory;
  readonly held: HeldLists;
  readonly validation: ProgressiveValidation;
  /** FEEDBACK sequence up to which the model has folded. */
  sequence: number;
  /** Outcomes learnt, and records refused for not being finite. */
  samples: number;
  rejected: number;
  /** Newest event time of any record, ms. */
  eventTime: number;
  /** What hosts have not been told. */
  readonly changed: ChangedSlots;
  /** Slots ever updated, ascending. */
  updatedSlots(): Uint32Array;
  /** FEEDBACK sequence of the last complete delta. */
  drained: number;
  report(): ProgressiveReport;
}

export interface ModelHash {
  readonly sequence: number;
  /** SHA-256 (hex) over the hashes of the parts. */
  readonly sha256: string;
  readonly parts: Readonly<Record<StatePart, string>>;
}

/** Equal hashes at equal sequences: equal models, weights, optimisers, statistics, metrics and all. */
export function hashState(model: ModelState): ModelHash {
  return atOnce(hashing(model));
}

/** As of the first step, however the model learns on. */
export function* hashing(model: ModelState): Steps<ModelHash> {
  const { sequence } = model;
  const slots = model.updatedSlots();
  const contents = STATE_PARTS.map((part) => {
    const writer = new PieceWriter();
    encodePart(model, part, slots, writer);
    return writer.pieces();
  });
  const parts = {} as Record<StatePart, string>;
  const whole = createHash('sha256');
  for (const [i, part] of STATE_PARTS.entries()) {
    const hash = createHash('sha256');
    for (const piece of contents[i]!) {
      hash.update(piece);
      yield;
    }
    parts[part] = hash.digest('hex');
    whole.update(`${part}:${parts[part]}\n`);
  }
  return { sequence, sha256: whole.digest('hex'), parts };
}

export function encodePart(model: ModelState, part: StatePart, slots: Uint32Array, writer: ByteWriter): void {
  const { learners, scorer, validation } = model;
  switch (part) {
    case 'counters':
      writer.varint(model.samples);
      writer.varint(model.rejected);
      writer.f64(model.eventTime);
      return writer.ascending(slots);
    case 'rows':
      return scorer.weights.ftrl.rows.encode(writer, slots);
    case 'ftrl':
    case 'fm':
    case 'olr':
      return learners[part].encode(writer);
    case 'rates':
      return scorer.rates.encode(writer);
    case 'blend':
      return scorer.blend.encode(writer);
    case 'calibration':
      return scorer.calibrators.forEach((calibrator) => calibrator.encode(writer));
    case 'exposures':
      return model.exposures.encode(writer);
    case 'held':
      return model.held.encode(writer);
    case 'validation':
      return validation.encode(writer);
    default:
      return scorer.tables[part].encode(writer);
  }
}

/**
 * All but the rows, which are many (model-snapshot.ts). Parts are decoded in the order of STATE_PARTS: `counters` brings the slots of the rows.
 * @returns those, from `counters`
 */
export function decodePart(
  model: ModelState,
  part: Exclude<StatePart, 'rows'>,
  slots: Uint32Array,
  reader: ByteReader,
): Uint32Array {
  const { learners, scorer, validation } = model;
  switch (part) {
    case 'counters': {
      const { slots: updated, ...counted } = readCounters(reader, model.scorer.mask + 1);
      Object.assign(model, counted);
      return updated;
    }
    case 'ftrl':
    case 'fm':
    case 'olr':
      learners[part].decode(reader);
      break;
    case 'rates':
      scorer.rates.decode(reader);
      break;
    case 'blend':
      scorer.blend.decode(reader);
      break;
    case 'calibration':
      scorer.calibrators.forEach((calibrator) => calibrator.decode(reader));
      break;
    case 'exposures':
      model.exposures.decode(reader);
      break;
    case 'held':
      model.held.decode(reader);
      break;
    case 'validation':
      validation.decode(reader);
      break;
    default:
      scorer.tables[part].decode(reader);
  }
  return slots;
}

/** @param slotsMax slots of the model. @returns slots ever updated, ascending, besides */
export function readCounters(
  reader: ByteReader,
  slotsMax: number,
): Pick<ModelState, 'samples' | 'rejected' | 'eventTime'> & { readonly slots: Uint32Array } {
  return {
    samples: reader.varint(),
    rejected: reader.varint(),
    eventTime: reader.f64(),
    slots: reader.ascending(slotsMax),
  };
}
