/**
 * Keeps a replica of the live model: the newest snapshot, then the deltas of MODEL after it.
 *
 *     load newest snapshot ─▶ read MODEL ─▶ delta of our version, no gap   apply
 *            ▲                          ├─▶ delta after a gap              ask the learner for a snapshot, load it
 *            │                          ├─▶ delta of another version       load the newest snapshot
 *            └──────────────────────────┴─▶ promoted                       load that snapshot, swap
 *
 * The old replica serves until the new one is complete; a swap is one assignment. Without a store the replica
 * starts empty: every item at the overall CTR (invariant I6). Nothing here throws after `start`: what cannot be
 * read is reported, and tried again at most every `retryMs`.
 */
import { AppError, errorMessage, inTurns, sleep, Turns } from '#kernel';
import { decodeDeltaHeader, ModelReplica, type DeltaHeader, type ModelSettings } from '#learning';
import type { LogMessage, LogTopology } from '#log';
import type { SnapshotSource, StoredSnapshot } from './snapshot-source.js';

export interface ModelFollowerOptions {
  readonly topology: LogTopology;
  readonly snapshots: SnapshotSource;
  /** Name of the model. */
  readonly name: string;
  /** Of the empty replica that serves until a snapshot is there. */
  readonly settings: ModelSettings;
  /** Asks the learner to write a snapshot now; resolves when it is written. */
  readonly requestSnapshot?: () => Promise<unknown>;
  readonly report?: (problem: FollowerProblem) => void;
  /** Least time between two attempts to load a snapshot, ms. */
  readonly retryMs?: number;
}

export interface FollowerProblem {
  readonly what: 'snapshot' | 'gap' | 'delta' | 'stream';
  readonly message: string;
}

/** What `model.<name>.promoted` says. */
export interface Promoted {
  readonly snapshotId: string;
  readonly version: string;
  /** FEEDBACK sequence of the snapshot. */
  readonly sequence: number;
}

const RETRY_MS = 5_000;
const READ_BATCH = 64;

export class ModelFollower {
  replica: ModelReplica;
  /** When the replica last changed, ms of `performance.now()`. */
  changedAt = performance.now();
  /** Its own: it must not stand in the queue of the folds, which may be long. */
  private readonly turns = new Turns();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private position = 1;
  private loadedAt = -Infinity;

  constructor(private readonly options: ModelFollowerOptions) {
    this.replica = ModelReplica.empty(options.settings, options.name);
  }

  /** Loads what is there; resolves with the first replica in place and the deltas being followed. */
  async start(): Promise<void> {
    await this.loadNewest();
    this.running = this.follow();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.readStream(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.problem('stream', errorMessage(error));
        // A stream that lost its tail, or was made anew: start over at its beginning.
        if (error instanceof AppError && error.code === 'REK_LOG_DAMAGED') this.position = 1;
        await sleep(Math.min(this.retryMs, 1_000));
      }
    }
  }

  private async readStream(signal: AbortSignal): Promise<void> {
    const { topology, name } = this.options;
    this.position = Math.min(this.position, (await topology.model.head()) + 1);
    // Unfiltered: nats-server 2.9 delivers nothing for `model.<name>.*`, which crosses the stream's own wildcards.
    const ours = [topology.subjects.delta(name), topology.subjects.promoted(name)];
    for await (const messages of topology.model.read({ from: this.position, signal, batchMax: READ_BATCH })) {
      for (const message of messages) {
        if (ours.includes(message.subject)) await this.accept(message);
        this.position = message.sequence + 1;
        await this.turns.giveWay();
        if (signal.aborted) return;
      }
    }
  }

  private async accept(message: LogMessage): Promise<void> {
    const { topology, name } = this.options;
    try {
      if (message.subject === topology.subjects.promoted(name)) await this.promote(message);
      else await this.applyDelta(message.payload);
    } catch (error) {
      this.problem('delta', `MODEL ${message.sequence}: ${errorMessage(error)}`);
    }
  }

  private async applyDelta(payload: Uint8Array): Promise<void> {
    const delta = decodeDeltaHeader(payload);
    // FEEDBACK sequences only grow along MODEL, across versions too.
    if (delta.to <= this.replica.sequence) return;
    if (!this.fits(delta)) await this.reload(delta);
    if (!this.fits(delta)) return;
    this.replica.applyDelta(payload);
    this.changedAt = performance.now();
  }

  private fits({ version, from }: DeltaHeader): boolean {
    return version === this.replica.version && from <= this.replica.sequence;
  }

  private async promote(message: LogMessage): Promise<void> {
    const { snapshotId, version } = JSON.parse(Buffer.from(message.payload).toString('utf8')) as Promoted;
    if (version === this.replica.version) return;
    const snapshot = await this.options.snapshots.get(snapshotId);
    // Pruned since: a newer snapshot of the same model exists, and its deltas will ask for it.
    if (snapshot) await this.swap(snapshot);
  }

  /** Finds a snapshot that the delta continues; at most every `retryMs`. */
  private async reload(delta: DeltaHeader): Promise<void> {
    if (performance.now() - this.loadedAt < this.retryMs) return;
    this.problem(
      'gap',
      `the replica is ${this.replica.version} at ${this.replica.sequence}, the delta ${delta.version} from ${delta.from}`,
    );
    await this.loadNewest();
    if (this.fits(delta) || !this.options.requestSnapshot) return;
    try {
      await this.options.requestSnapshot();
      await this.loadNewest();
    } catch (error) {
      this.problem('snapshot', errorMessage(error));
    }
  }

  private async loadNewest(): Promise<void> {
    this.loadedAt = performance.now();
    try {
      const snapshot = await this.options.snapshots.newestValid(this.options.name);
      if (!snapshot) return;
      const { version, sequence, deltaSequence } = snapshot.header;
      if (version === this.replica.version && sequence <= this.replica.sequence) return;
      await this.swap(snapshot);
      if (!this.running) this.position = deltaSequence + 1;
    } catch (error) {
      this.problem('snapshot', errorMessage(error));
    }
  }

  /** The old replica serves until the new one stands. */
  private async swap({ header, chunks }: StoredSnapshot): Promise<void> {
    this.replica = await inTurns(ModelReplica.restoring(header, chunks), this.turns);
    this.changedAt = performance.now();
  }

  private problem(what: FollowerProblem['what'], message: string): void {
    this.options.report?.({ what, message });
  }

  private get retryMs(): number {
    return this.options.retryMs ?? RETRY_MS;
  }
}
