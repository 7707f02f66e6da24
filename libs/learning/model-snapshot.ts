/**
 * A snapshot: a JSON header and a body in chunks. The body is the parts of model-state.ts one after another, each
 * `name | bytes | content`; only slots that were ever updated are stored. The header's SHA-256 covers the body
 * and the rest of the header, so that any change to either is found.
 *
 * A model restored from a snapshot continues bit for bit as if it had never stopped.
 */
import { createHash } from 'node:crypto';
import { AppError, errorMessage } from '#kernel';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
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

export const SNAPSHOT_FORMAT = 4;
export const SNAPSHOT_CHUNK_BYTES_MAX = 1_048_576;

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
  /** Hex; see `checksum`. */
  readonly sha256: string;
}

export interface EncodedSnapshot {
  readonly header: SnapshotHeader;
  /** At most SNAPSHOT_CHUNK_BYTES_MAX each. */
  readonly chunks: Uint8Array[];
}

export function encodeSnapshot(model: ModelState, deltaSequence: number): EncodedSnapshot {
  const body = encodeBody(model);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += SNAPSHOT_CHUNK_BYTES_MAX)
    chunks.push(body.subarray(at, at + SNAPSHOT_CHUNK_BYTES_MAX));
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
    bodyBytes: body.length,
    chunks: chunks.length,
  };
  return { header: { ...unsigned, sha256: checksum(unsigned, chunks) }, chunks };
}

/** @throws AppError REK_SNAPSHOT_INVALID for anything but exactly what `encodeSnapshot` made. */
export function decodeSnapshot<Model extends ModelState>(
  header: SnapshotHeader,
  chunks: readonly Uint8Array[],
  create: (settings: ModelSettings, identity: ModelIdentity) => Model,
): Model {
  let model: Model | undefined;
  let slots: Uint32Array = new Uint32Array(0);
  readSnapshot(header, chunks, (part, content) => {
    model ??= create(header.settings, header.identity);
    slots = decodePart(model, part, slots, content);
    if (content.remaining > 0)
      throw new AppError('REK_SNAPSHOT_INVALID', `the snapshot's part "${part}" is too long`);
  });
  model!.sequence = model!.drained = header.sequence;
  return model!;
}

/**
 * Calls with each part of the state, in the order of STATE_PARTS, once the whole is known to be what was written.
 * @throws AppError REK_SNAPSHOT_INVALID
 */
export function readSnapshot(
  header: SnapshotHeader,
  chunks: readonly Uint8Array[],
  visit: (part: StatePart, content: ByteReader) => void,
): void {
  verifySnapshot(header, chunks);
  const reader = new ByteReader(Buffer.concat(chunks));
  try {
    for (const part of STATE_PARTS) {
      if (reader.text() !== part)
        throw new AppError('REK_SNAPSHOT_INVALID', `the snapshot lacks its part "${part}"`);
      visit(part, new ByteReader(reader.raw(reader.varint())));
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
export function verifySnapshot(header: SnapshotHeader, chunks: readonly Uint8Array[]): void {
  if (header?.format !== SNAPSHOT_FORMAT) {
    throw new AppError(
      'REK_SNAPSHOT_INVALID',
      `the snapshot has format ${header?.format}; this version reads format ${SNAPSHOT_FORMAT}`,
    );
  }
  const { sha256, ...unsigned } = header;
  if (checksum(unsigned, chunks) !== sha256)
    throw new AppError('REK_SNAPSHOT_INVALID', 'the snapshot does not match its checksum');
}

function encodeBody(model: ModelState): Buffer {
  const slots = model.updatedSlots();
  const parts = STATE_PARTS.flatMap((part) => {
    const content = new ByteWriter();
    encodePart(model, part, slots, content);
    const head = new ByteWriter(64);
    head.text(part);
    head.varint(content.length);
    return [head.bytes(), content.bytes()];
  });
  return Buffer.concat(parts);
}

/** SHA-256 over the header as JSON with sorted keys (a database may reorder them), then the chunks. */
function checksum(unsigned: object, chunks: readonly Uint8Array[]): string {
  const hash = createHash('sha256').update(canonicalJson(unsigned));
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
