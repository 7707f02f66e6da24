/**
 * Decides when a snapshot is due and writes it beside the learning: the state is encoded at once, between two
 * records, and stored while learning goes on. A store that is away costs nothing but the snapshot: it is
 * reported and tried again (invariant I5).
 */
import type { OnlineModel, SnapshotHeader } from '#learning';
import type { SnapshotInput } from '#store';

export interface SnapshotSink {
  write(snapshot: SnapshotInput): Promise<string>;
  prune(model: string, keep: number): Promise<number>;
}

export interface SnapshotPolicy {
  /** Most time between snapshots, s. */
  readonly snapshotSeconds: number;
  /** Most samples between snapshots. */
  readonly snapshotSamples: number;
  readonly snapshotsKept: number;
}

export interface WrittenSnapshot {
  readonly id: string;
  readonly version: string;
  readonly sequence: number;
  readonly samples: number;
  readonly bytes: number;
  /** ms since the Unix epoch. */
  readonly at: number;
  /** What it took to encode (learning waits) and to store (it does not), ms. */
  readonly encodeMs: number;
  readonly storeMs: number;
}

/** After a failure, ms. */
const RETRY_MS = 5_000;
/** Times that a model which catches up learns on for as long as its last snapshot took: nobody waits for it but those who wait for its end. */
const CATCHING_UP_RESTS = 20;

export class SnapshotWriter {
  last: WrittenSnapshot | undefined;
  private writing: Promise<WrittenSnapshot> | undefined;
  private lastAttempt = performance.now();
  private failed = false;

  constructor(
    private readonly sink: SnapshotSink,
    private readonly policy: SnapshotPolicy,
  ) {}

  /** What the model was restored from counts as written. */
  restoredFrom(id: string, header: SnapshotHeader): void {
    this.last = {
      id,
      version: header.version,
      sequence: header.sequence,
      samples: header.samples,
      bytes: header.bodyBytes,
      at: Date.now(),
      encodeMs: 0,
      storeMs: 0,
    };
  }

  /** @param catchingUp seldom then, so that a crash does not begin from the beginning again */
  due(model: OnlineModel, catchingUp = false): boolean {
    if (
      this.writing ||
      (model.sequence === (this.last?.sequence ?? 0) &&
        model.version === (this.last?.version ?? model.version))
    )
      return false;
    const waited = performance.now() - this.lastAttempt;
    if (this.failed) return waited >= RETRY_MS;
    if (catchingUp)
      return waited >= Math.max(this.policy.snapshotSeconds * 1_000, CATCHING_UP_RESTS * this.lastMs);
    return (
      waited >= this.policy.snapshotSeconds * 1_000 ||
      model.samples - (this.last?.samples ?? 0) >= this.policy.snapshotSamples
    );
  }

  /** Whether a snapshot is likely to be stored within `ms`, by what the last one took; one that is being stored comes first. */
  fits(ms: number): boolean {
    return !this.writing && this.lastMs <= ms;
  }

  /** Encodes now, stores, prunes. One at a time: a second call waits for the first. */
  async write(
    model: OnlineModel,
    deltaSequence: number,
    name = model.identity.name,
  ): Promise<WrittenSnapshot> {
    while (this.writing) await this.writing.catch(() => undefined);
    this.lastAttempt = performance.now();
    this.writing = this.store(model, deltaSequence, name);
    try {
      this.last = await this.writing;
      this.failed = false;
      return this.last;
    } catch (error) {
      this.failed = true;
      throw error;
    } finally {
      this.writing = undefined;
    }
  }

  /** What the last one took, 0 before the first of this process. */
  private get lastMs(): number {
    return this.last ? this.last.encodeMs + this.last.storeMs : 0;
  }

  private async store(model: OnlineModel, deltaSequence: number, name: string): Promise<WrittenSnapshot> {
    const startedAt = performance.now();
    const { header, chunks } = model.encodeSnapshot(deltaSequence);
    const encodedAt = performance.now();
    const { version, sequence, samples, bodyBytes: bytes } = header;
    const id = await this.sink.write({ model: name, version, sequence, header, chunks });
    await this.sink.prune(name, this.policy.snapshotsKept);
    return {
      id,
      version,
      sequence,
      samples,
      bytes,
      at: Date.now(),
      encodeMs: encodedAt - startedAt,
      storeMs: performance.now() - encodedAt,
    };
  }
}
