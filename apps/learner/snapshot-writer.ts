/**
 * Decides when a snapshot is due and writes it beside the learning: the state is captured at once, between two
 * records, and stored while learning goes on. A store that is away costs nothing but the snapshot: it is
 * reported and tried again (invariant I5). One at a time: which of two models is the newer one is told by their order in the store.
 *
 * After a crash the model learns again what no snapshot knows. That is bounded by time: one is due after so many seconds, after so many
 * samples, and after so much time spent learning. A learner that catches up, for which neither time nor samples say what is at
 * stake, keeps to the last of these. Time and samples make learning wait for a hundredth of the time at most; what there is to learn
 * again, for a twentieth of the time spent learning.
 */
import type { Turns } from '#kernel';
import { withChecksum, type OnlineModel, type SnapshotHeader } from '#learning';
import type { SnapshotInput } from '#store';

export interface SnapshotSink {
  write(snapshot: SnapshotInput, signal?: AbortSignal): Promise<string>;
  prune(model: string, keep: number): Promise<number>;
}

export interface SnapshotPolicy {
  /** Most time between snapshots, s. */
  readonly snapshotSeconds: number;
  /** Most samples between snapshots. */
  readonly snapshotSamples: number;
  /** Most time spent learning between snapshots, s. */
  readonly relearnSeconds: number;
  readonly snapshotsKept: number;
}

/** What a snapshot is taken of: the model, and the MODEL sequence of its last delta. */
export interface Live {
  readonly model: OnlineModel;
  readonly deltaSequence: number;
}

export interface SnapshotReports {
  readonly written: (snapshot: WrittenSnapshot) => void;
  readonly failed: (error: unknown) => void;
  /** The snapshot is stored; older ones than the policy keeps are too, until the next one is. */
  readonly unpruned: (error: unknown) => void;
}

export interface WrittenSnapshot {
  readonly id: string;
  readonly version: string;
  readonly sequence: number;
  readonly samples: number;
  readonly bytes: number;
  /** ms since the Unix epoch. */
  readonly at: number;
  /** What it took to capture (learning waits) and to store (it does not), ms. */
  readonly captureMs: number;
  readonly storeMs: number;
}

/** After a failure, ms. */
const RETRY_MS = 5_000;
/** A model learns at least so many times as long as capturing its last snapshot took. */
const RESTS = 20;
/** So many times as long passes before time or samples make another one due: of a hundred clicks a snapshot delays one. */
const PASSES = 100;

export class SnapshotWriter {
  last: WrittenSnapshot | undefined;
  private running: Promise<unknown> | undefined;
  /** Waits, and has captured nothing yet. */
  private next: Promise<WrittenSnapshot> | undefined;
  private readonly givingUp = new AbortController();
  private lastAttempt = performance.now();
  /** The last moment at which the model knew nothing that is not stored, as far as was looked. */
  private storedAt = performance.now();
  /** Spent learning since the last attempt, ms. */
  private learntMs = 0;
  private failed = false;

  constructor(
    private readonly sink: SnapshotSink,
    private readonly policy: SnapshotPolicy,
    private readonly turns: Turns,
    private readonly reports: SnapshotReports,
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
      captureMs: 0,
      storeMs: 0,
    };
  }

  /** @param ms spent learning what no snapshot knows */
  learnt(ms: number): void {
    this.learntMs += ms;
  }

  /** @param catchingUp time and samples say nothing then */
  due(model: OnlineModel, catchingUp = false): boolean {
    if (this.running || this.isStored(model)) return false;
    const waited = performance.now() - this.lastAttempt;
    if (this.failed) return waited >= RETRY_MS;
    const { relearnSeconds, snapshotSeconds, snapshotSamples } = this.policy;
    const pauseMs = this.last?.captureMs ?? 0;
    if (this.learntMs >= Math.max(relearnSeconds * 1_000, RESTS * pauseMs)) return true;
    if (catchingUp || waited < PASSES * pauseMs) return false;
    return waited >= snapshotSeconds * 1_000 || model.samples - (this.last?.samples ?? 0) >= snapshotSamples;
  }

  /** For how long the model has known what no snapshot knows, ms; 0 while everything is stored. */
  ageMs(model: OnlineModel): number {
    const now = performance.now();
    if (this.isStored(model)) this.storedAt = now;
    return now - this.storedAt;
  }

  /**
   * At once or, when something is under way, after it. Calls that wait share one, captured later than any of them asked: hosts that
   * find the same gap ask together, and a snapshot for each would push out those that others still read.
   * @param live asked for when its turn has come: another model may have taken over while it waited
   */
  write(live: () => Live): Promise<WrittenSnapshot> {
    if (this.next) return this.next;
    const waits = this.running !== undefined;
    const written = this.exclusively((store) => {
      this.next = undefined;
      return store(live());
    });
    if (waits) this.next = written;
    return written;
  }

  /**
   * Work during which nothing else is stored; it waits for what is under way.
   * @param work gets what captures at once, stores and prunes
   */
  async exclusively<T>(work: (store: (live: Live) => Promise<WrittenSnapshot>) => Promise<T>): Promise<T> {
    while (this.running) await this.running.catch(() => undefined);
    const running = work((live) => this.attempt(live));
    this.running = running;
    try {
      return await running;
    } finally {
      this.running = undefined;
    }
  }

  /**
   * The last one of a process that has to end, and does not learn any more: what is under way ends first. What is not stored within
   * `ms` is given up, for good.
   * @returns whether all that the model knows is stored
   */
  async finish(live: () => Live, ms: number): Promise<boolean> {
    const { signal } = this.givingUp;
    const timer = setTimeout(() => this.givingUp.abort(), ms);
    const givenUp = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await Promise.race([this.exclusively((store) => this.storeLast(live(), store)), givenUp]);
    clearTimeout(timer);
    return this.isStored(live().model);
  }

  private async storeLast(live: Live, store: (live: Live) => Promise<WrittenSnapshot>): Promise<void> {
    if (this.givingUp.signal.aborted || this.isStored(live.model)) return;
    await store(live).catch(() => undefined);
  }

  /** A model that has learnt nothing yet counts as stored. */
  private isStored(model: OnlineModel): boolean {
    if (!this.last) return model.sequence === 0;
    return model.sequence === this.last.sequence && model.version === this.last.version;
  }

  private async attempt(live: Live): Promise<WrittenSnapshot> {
    this.lastAttempt = performance.now();
    this.learntMs = 0;
    const { lastAttempt } = this;
    try {
      this.last = await this.store(live);
      this.storedAt = lastAttempt;
      this.failed = false;
    } catch (error) {
      this.failed = true;
      this.reports.failed(error);
      throw error;
    }
    this.reports.written(this.last);
    await this.prune(live.model.identity.name);
    return this.last;
  }

  private async store({ model, deltaSequence }: Live): Promise<WrittenSnapshot> {
    const startedAt = performance.now();
    const captured = model.captureSnapshot(deltaSequence);
    const capturedAt = performance.now();
    const { header, chunks } = await withChecksum(captured, this.turns);
    const { version, sequence, samples, bodyBytes: bytes } = header;
    const snapshot = { model: model.identity.name, version, sequence, header, chunks };
    const id = await this.sink.write(snapshot, this.givingUp.signal);
    return {
      id,
      version,
      sequence,
      samples,
      bytes,
      at: Date.now(),
      captureMs: capturedAt - startedAt,
      storeMs: performance.now() - capturedAt,
    };
  }

  /** What is stored is stored, whatever becomes of the older ones. */
  private async prune(name: string): Promise<void> {
    try {
      await this.sink.prune(name, this.policy.snapshotsKept);
    } catch (error) {
      this.reports.unpruned(error);
    }
  }
}
