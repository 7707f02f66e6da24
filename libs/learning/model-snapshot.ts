/**
 * A snapshot: a JSON header and a body in chunks. The body is the parts of model-state.ts one after another, each
 * `name | bytes | content`; only slots that were ever updated are stored. The header's SHA-256 covers the body
 * and the rest of the header, so that any change to either is found.
 *
 * The model may learn on as soon as it is captured; checksums and restoring are work in steps, which lets others through.
 *
 * A model restored from a snapshot continues bit for bit as if it had never stopped.
 */
import { createHash } from 'node:crypto';
import { AppError, atOnce, errorMessage, inTurns, type Steps, type Turns } from '#kernel';
import { ByteReader } from './byte-reader.js';
import { PieceWriter } from './byte-writer.js';
import type { SlotRows } from './kernels/slot-rows.js';
import { settingsHash, type ModelSettings } from './model-settings.js';
import {
  decodePart,
  encodePart,
  STATE_PARTS,
  type ModelIdentity,
  type ModelState,
  type StatePart,
} from './model-state.js';
import type { ProgressiveReport } from './progressive-validation.js';

export const SNAPSHOT_FORMAT = 9;
export const SNAPSHOT_CHUNK_BYTES_MAX = 1_048_576;
/** About a millisecond. */
const ROWS_IN_STEP = 4_096;

export interface SnapshotHeader {
  readonly format: number;
  readonly identity: ModelIdentity;
  readonly version: string;
  readonly settings: ModelSettings;
  readonly settingsHash: string;
  /** FEEDBACK sequence folded. */
  readonly sequence: number;
  readonly samples: number;
  /** MODEL sequence of the last delta before it; 0: unknown, read the stream from its beginning. */
  readonly deltaSequence: number;
  /** What wrote it: other engines may round differently. */
  readonly runtime: { readonly node: string; readonly v8: string };
  readonly metrics: ProgressiveReport;
  readonly bodyBytes: number;
  readonly chunks: number;
  /** Hex; see `checksumming`. */
  readonly sha256: string;
}

export interface EncodedSnapshot {
  readonly header: SnapshotHeader;
  /** At most SNAPSHOT_CHUNK_BYTES_MAX each. */
  readonly chunks: Uint8Array[];
}

/** One whose checksum is not known yet. */
export interface CapturedSnapshot {
  readonly unsigned: Omit<SnapshotHeader, 'sha256'>;
  readonly chunks: Uint8Array[];
}

export function captureSnapshot(model: ModelState, deltaSequence: number): CapturedSnapshot {
  const chunks = encodeBody(model);
  const unsigned = {
    format: SNAPSHOT_FORMAT,
    identity: model.identity,
    version: model.version,
    settings: model.settings,
    settingsHash: settingsHash(model.settings),
    sequence: model.sequence,
    samples: model.samples,
    deltaSequence,
    runtime: { node: process.versions.node, v8: process.versions.v8 },
    metrics: model.report(),
    bodyBytes: chunks.reduce((bytes, chunk) => bytes + chunk.length, 0),
    chunks: chunks.length,
  };
  return { unsigned, chunks };
}

export async function withChecksum(
  { unsigned, chunks }: CapturedSnapshot,
  turns: Turns,
): Promise<EncodedSnapshot> {
  const sha256 = await inTurns(checksumming(unsigned, chunks), turns);
  return { header: { ...unsigned, sha256 }, chunks };
}

export function encodeSnapshot(model: ModelState, deltaSequence: number): EncodedSnapshot {
  const { unsigned, chunks } = captureSnapshot(model, deltaSequence);
  return { header: { ...unsigned, sha256: atOnce(checksumming(unsigned, chunks)) }, chunks };
}

/**
 * Anything but exactly what `encodeSnapshot` made is refused.
 * @throws AppError REK_SNAPSHOT_INVALID
 */
export function* restoring<Model extends ModelState>(
  header: SnapshotHeader,
  chunks: readonly Uint8Array[],
  create: (settings: ModelSettings, identity: ModelIdentity) => Model,
): Steps<Model> {
  let model: Model | undefined;
  let slots: Uint32Array = new Uint32Array(0);
  yield* reading(header, chunks, function* (part, content) {
    model ??= create(header.settings, header.identity);
    if (part === 'rows') yield* decodingRows(model.scorer.weights.ftrl.rows, content, slots);
    else slots = decodePart(model, part, slots, content);
    if (content.remaining > 0)
      throw new AppError('REK_SNAPSHOT_INVALID', `the snapshot's part "${part}" is too long`);
  });
  model!.sequence = model!.drained = header.sequence;
  return model!;
}

/** Some rows a step. */
function* decodingRows(rows: SlotRows, content: ByteReader, slots: Uint32Array): Steps<void> {
  for (let from = 0; from < slots.length; from += ROWS_IN_STEP) {
    rows.decode(content, slots.subarray(from, from + ROWS_IN_STEP));
    yield;
  }
}

/**
 * Calls with each part of the state, in the order of STATE_PARTS, once the whole is known to be what was written.
 * @throws AppError REK_SNAPSHOT_INVALID
 */
export function* reading(
  header: SnapshotHeader,
  chunks: readonly Uint8Array[],
  visit: (part: StatePart, content: ByteReader) => Steps<void>,
): Steps<void> {
  yield* verifying(header, chunks);
  const reader = new ByteReader(...chunks);
  try {
    for (const part of STATE_PARTS) {
      if (reader.text() !== part)
        throw new AppError('REK_SNAPSHOT_INVALID', `the snapshot lacks its part "${part}"`);
      yield* visit(part, reader.part(reader.varint()));
      yield;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'REK_SNAPSHOT_INVALID',
      `a snapshot cannot be read: ${errorMessage(error)}`,
      undefined,
      { cause: error },
    );
  }
}

/** @throws AppError REK_SNAPSHOT_INVALID when the format is newer, or header or body are not what was written. */
export function* verifying(header: SnapshotHeader, chunks: readonly Uint8Array[]): Steps<void> {
  if (header?.format !== SNAPSHOT_FORMAT) {
    throw new AppError(
      'REK_SNAPSHOT_INVALID',
      `the snapshot has format ${header?.format}; this version reads format ${SNAPSHOT_FORMAT}`,
    );
  }
  const { sha256, ...unsigned } = header;
  if ((yield* checksumming(unsigned, chunks)) !== sha256)
    throw new AppError('REK_SNAPSHOT_INVALID', 'the snapshot does not match its checksum');
}

/** In chunks, as each part's content was written: none of it is copied again. */
function encodeBody(model: ModelState): Buffer[] {
  const slots = model.updatedSlots();
  const body = new PieceWriter();
  for (const part of STATE_PARTS) {
    const content = new PieceWriter();
    encodePart(model, part, slots, content);
    body.text(part);
    body.varint(content.length);
    body.append(content);
  }
  return body.pieces().flatMap(cut);
}

function cut(piece: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < piece.length; at += SNAPSHOT_CHUNK_BYTES_MAX)
    chunks.push(piece.subarray(at, at + SNAPSHOT_CHUNK_BYTES_MAX));
  return chunks;
}

/** SHA-256 over the header as JSON with sorted keys (a database may reorder them), then the chunks. */
function* checksumming(unsigned: object, chunks: readonly Uint8Array[]): Steps<string> {
  const hash = createHash('sha256').update(canonicalJson(unsigned));
  for (const chunk of chunks) {
    hash.update(chunk);
    yield;
  }
  return hash.digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
