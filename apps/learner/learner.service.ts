/**
 * The learner's shell around the pure model:
 *
 *     lease ─▶ newest snapshot ─▶ tail of FEEDBACK ─▶ ready
 *                                       │
 *              read a batch ─▶ fold for a turn ─▶ deltas, when due ─▶ snapshot, when due ─┐
 *                  ▲                                                                      │
 *                  └──────────────────────────────────────────────────────────────────────┘
 *
 * One loop, one writer: only `readFeedback` changes the model, and a promotion swaps it between two records. Losing
 * Postgres stops no learning; losing the writer's role, or a damaged FEEDBACK, ends the process.
 */
import { AppError, errorMessage, inTurns, Turns, type Clock } from '#kernel';
import {
  hashing,
  modelSettingsOf,
  positionBias,
  settingsHash,
  type ModelHash,
  type OnlineModel,
} from '#learning';
import type { DeadLetters, LogMessage, LogTopology } from '#log';
import type {
  ExperimentsAnswer,
  LearnerProgress,
  LearnerStatus,
  PromoteAnswer,
  SnapshotAnswer,
  SnapshotSource,
} from '#model-feed';
import type { HealthState, Logger } from '#observability';
import type { Settings } from '#config';
import { DeltaPublisher, isTransient } from './delta-publisher.js';
import { foldMessage } from './feedback-fold.js';
import type { LearnerMetrics } from './learner-metrics.js';
import { newestSnapshot } from './newest-snapshot.js';
import { catchUp, loadShadow } from './promotion.js';
import { SnapshotWriter, type Live, type SnapshotReports, type SnapshotSink } from './snapshot-writer.js';
import { startingModel } from './starting-model.js';
import type { WriterLease } from './writer-lease.js';

/** Messages read at once. */
const READ_BATCH = 32;
/** Without new feedback, how often it is looked whether a delta has become due. */
const LOOKS_EACH_DELTA = 4;
/** What the last snapshot may take, ms: the process has to end in time, and the tail of FEEDBACK has all of it. */
const LAST_SNAPSHOT_MS = 4_000;

export interface LearnerPorts {
  readonly settings: Settings;
  readonly topology: LogTopology;
  readonly deadLetters: Pick<DeadLetters, 'put'>;
  readonly snapshots: SnapshotSource & SnapshotSink;
  readonly lease: WriterLease & { readonly leaseMs: number };
  readonly writerId: string;
  readonly clock: Clock;
  readonly health: HealthState;
  readonly logger: Logger;
  readonly metrics: LearnerMetrics;
  /** Ends the process: learning cannot go on. */
  readonly fail: (error: unknown) => void;
}

export class LearnerService {
  model!: OnlineModel;
  private readonly name: string;
  private readonly deltas: DeltaPublisher;
  private readonly writer: SnapshotWriter;
  private readonly turns = new Turns();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private renewal: NodeJS.Timeout | undefined;
  private restored: () => void = () => undefined;
  private deltasAt = 0;
  private head = 0;
  private caughtUp = false;
  /** Replicas of the stored model cannot follow this one. */
  private replacesStored = false;
  private promoting = false;
  private readonly live = (): Live => ({ model: this.model, deltaSequence: this.deltas.lastSequence });

  constructor(private readonly ports: LearnerPorts) {
    const { settings, topology, writerId, metrics } = ports;
    this.name = settings.model.name;
    this.deltas = new DeltaPublisher(topology, this.name, writerId, (bytes) => metrics.published(bytes));
    this.writer = new SnapshotWriter(ports.snapshots, settings.learner, this.turns, this.reports());
  }

  /** Calls once this learner is the writer and has a model to answer for. */
  onRestored(listener: () => void): void {
    this.restored = listener;
  }

  /** Resolves when the model has caught up with FEEDBACK, or when the process was told to stop before. */
  async start(): Promise<void> {
    if (!(await this.becomeWriter())) return;
    await this.deltas.open();
    await this.restore();
    this.restored();
    await this.readFeedback();
  }

  /** Last deltas, last snapshot, and the writer's role given up. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    if (!this.renewal) return;
    clearInterval(this.renewal);
    if (this.model && this.caughtUp) await this.publishDeltas();
    if (this.model && !(await this.writer.finish(this.live, LAST_SNAPSHOT_MS)))
      this.ports.logger.info('no last snapshot: the next start learns from the one before it');
    await this.ports.lease.release();
  }

  status(): LearnerStatus {
    const { model } = this;
    this.requireModel();
    return {
      ...this.place(),
      model: this.name,
      head: Math.max(this.head, model.sequence),
      clipped: model.clipped(),
      settings: model.settings,
      metrics: model.report(),
      ranking: model.ranking.report(),
      shown: model.ranking.shown.report(model.scorer.tables.statistics),
      trendingWindows: model.scorer.tables.statistics.windows.report(),
      positions: positionBias(model.scorer.tables),
    };
  }

  progress(): LearnerProgress {
    this.requireModel();
    const { losses: metrics, ranking } = this.ports.metrics;
    return { ...this.place(), metrics, ranking };
  }

  experiments(): ExperimentsAnswer {
    this.requireModel();
    const { sequence, scorer } = this.model;
    return { sequence, experiments: scorer.tables.experiments.report() };
  }

  async hash(): Promise<ModelHash> {
    this.requireModel();
    return inTurns(hashing(this.model), this.turns);
  }

  async snapshot(): Promise<SnapshotAnswer> {
    this.requireModel();
    const { id, sequence } = await this.writer.write(this.live);
    return { snapshotId: id, sequence };
  }

  /** See promotion.ts. */
  async promote(snapshotId: string): Promise<PromoteAnswer> {
    this.requireModel();
    if (!this.caughtUp)
      throw new AppError('REK_NOT_READY', 'the live model is still catching up with FEEDBACK');
    if (this.promoting)
      throw new AppError('REK_NOT_READY', 'another promotion is under way: retry when it has ended');
    this.promoting = true;
    try {
      return await this.replaceBy(await loadShadow(this.ports.snapshots, snapshotId));
    } finally {
      this.promoting = false;
    }
  }

  private async replaceBy(shadow: OnlineModel): Promise<PromoteAnswer> {
    const { topology, settings } = this.ports;
    shadow.identity = {
      name: this.name,
      generation: this.model.identity.generation + 1,
      configuredHash: settingsHash(modelSettingsOf(settings)),
    };
    const followLive = (atEqualSequence: () => void) =>
      catchUp(shadow, () => this.model.sequence, topology, this.stopping.signal, atEqualSequence);
    await followLive(() => undefined);
    // A snapshot of the old model behind the shadow's would be taken for the newer one by the next start.
    const written = await this.writer.exclusively(async (store) => {
      await followLive(() => shadow.forgetChanges());
      const stored = await store({ model: shadow, deltaSequence: this.deltas.lastSequence });
      await followLive(() => {
        this.model = shadow;
        this.deltas.discard();
      });
      return stored;
    });
    const answer = { snapshotId: written.id, version: shadow.version, sequence: written.sequence };
    await topology.model.append(topology.subjects.promoted(this.name), Buffer.from(JSON.stringify(answer)));
    this.ports.logger.info(answer, 'model promoted');
    this.ports.metrics.promoted();
    return answer;
  }

  private place(): Pick<
    LearnerStatus,
    'version' | 'sequence' | 'samples' | 'rejected' | 'held' | 'snapshot'
  > {
    const { version, sequence, samples, rejected, held } = this.model;
    const { last } = this.writer;
    return {
      version,
      sequence,
      samples,
      rejected,
      held: held.size,
      snapshot: last ? { id: last.id, sequence: last.sequence, at: last.at } : null,
    };
  }

  private async becomeWriter(): Promise<boolean> {
    const { lease, health, logger, fail } = this.ports;
    health.starting({ what: 'waiting to be the only learner', done: 0, total: 0 });
    if (!(await lease.acquire(this.stopping.signal))) return false;
    this.renewal = setInterval(() => {
      void lease.renew().then((held) => {
        if (!held) fail(new AppError('REK_LEASE_LOST', 'another learner took over'));
      });
    }, lease.leaseMs / 3).unref();
    logger.info({ model: this.name }, 'this learner is the writer');
    return true;
  }

  private async restore(): Promise<void> {
    const snapshot = await newestSnapshot(this.name, this.ports, this.stopping.signal);
    const { model, restored, replacesStored, why } = await startingModel(
      this.name,
      this.ports.settings,
      snapshot,
    );
    this.ports.logger[replacesStored ? 'warn' : 'info'](
      { version: model.version, sequence: model.sequence, snapshotId: snapshot?.id },
      why,
    );
    if (restored) this.writer.restoredFrom(restored.id, restored.header);
    this.model = model;
    this.replacesStored = replacesStored;
  }

  /** Starts the loop; resolves when the model stands where FEEDBACK ended at the start. */
  private async readFeedback(): Promise<void> {
    const { topology, health, logger } = this.ports;
    const target = await topology.feedback.head();
    this.head = target;
    await new Promise<void>((resolve) => {
      const caughtUp = () => {
        this.caughtUp = true;
        health.ready();
        logger.info(
          { sequence: this.model.sequence, samples: this.model.samples },
          'caught up with FEEDBACK',
        );
        if (this.replacesStored) void this.announce();
        resolve();
      };
      this.running = this.loop(target, caughtUp)
        .catch((error: unknown) => {
          if (!this.stopping.signal.aborted) this.ports.fail(error);
        })
        .finally(resolve);
    });
  }

  private async loop(target: number, caughtUp: () => void): Promise<void> {
    const { topology, settings, health } = this.ports;
    const { signal } = this.stopping;
    const from = this.model.sequence + 1;
    if (this.model.sequence >= target) caughtUp();
    for await (const messages of topology.feedback.read({
      from,
      signal,
      batchMax: READ_BATCH,
      maxWaitMs: settings.learner.deltaMs / LOOKS_EACH_DELTA,
    })) {
      for (const message of messages) {
        await this.learn(message);
        if (!this.caughtUp && this.model.sequence >= target) caughtUp();
        const turn = this.turns.giveWay();
        if (!turn) continue;
        await turn;
        if (signal.aborted) return;
        await this.publishWhatIsDue();
      }
      if (!this.caughtUp)
        health.starting({ what: 'learning from FEEDBACK', done: this.model.sequence, total: target });
      await this.publishWhatIsDue();
    }
  }

  private async learn(message: LogMessage): Promise<void> {
    const { deadLetters, topology, metrics, logger } = this.ports;
    const began = performance.now();
    const refused = foldMessage(this.model, message);
    this.writer.learnt(performance.now() - began);
    this.head = Math.max(this.head, message.sequence);
    if (!refused) return;
    metrics.refused(refused.code);
    const source = { stream: topology.feedback.name, sequence: message.sequence, index: 0 };
    try {
      await deadLetters.put({
        where: 'learner',
        reason: { code: 'REK_LOG_DAMAGED', message: refused.reason },
        source,
        raw: message.payload,
      });
    } catch (error) {
      logger.error({ err: error, source }, 'a refused message could not be put into the dead stream');
    }
  }

  /** While catching up replicas have nothing to gain from deltas: they get the result. */
  private async publishWhatIsDue(): Promise<void> {
    const now = this.ports.clock.monotonic();
    this.ports.metrics.observe(this.model, this.head, this.writer.ageMs(this.model));
    if (!this.caughtUp) return this.snapshotOnTheWay();
    if (now - this.deltasAt < this.ports.settings.learner.deltaMs) return;
    this.deltasAt = now;
    await this.publishDeltas();
    if (this.writer.due(this.model)) this.writeInBackground();
  }

  /** Not of a model that replaces the stored one: who starts meanwhile is better served by that. */
  private snapshotOnTheWay(): void {
    if (!this.replacesStored && this.writer.due(this.model, true)) this.writeInBackground();
  }

  /** @throws AppError REK_STALE_EPOCH when another learner publishes */
  private async publishDeltas(): Promise<void> {
    try {
      await this.deltas.publish(() => this.model);
    } catch (error) {
      if (!isTransient(error)) throw error;
      this.ports.logger.warn({ reason: errorMessage(error) }, 'deltas wait: the log is away');
    }
  }

  /** A failure is reported, and tried again when it is due. */
  private writeInBackground(): void {
    void this.writer.write(this.live).catch(() => undefined);
  }

  private reports(): SnapshotReports {
    const { metrics, logger } = this.ports;
    return {
      written: (snapshot) => {
        metrics.snapshotWritten(snapshot);
        logger.debug(snapshot, 'snapshot written');
      },
      failed: (error) => {
        metrics.snapshotFailed('write');
        if (!this.stopping.signal.aborted)
          logger.error({ reason: errorMessage(error) }, 'a snapshot could not be written; learning goes on');
      },
      unpruned: (error) =>
        logger.warn({ reason: errorMessage(error) }, 'older snapshots stay until the next is written'),
    };
  }

  /** A model that the stored one's replicas cannot follow: give them a snapshot to start from. */
  private async announce(): Promise<void> {
    const { topology, logger } = this.ports;
    try {
      const { id, version, sequence } = await this.writer.write(this.live);
      const promoted = { snapshotId: id, version, sequence };
      await topology.model.append(
        topology.subjects.promoted(this.name),
        Buffer.from(JSON.stringify(promoted)),
      );
    } catch (error) {
      logger.warn(
        { reason: errorMessage(error) },
        'replicas learn of the new model with its first deltas instead',
      );
    }
  }

  private requireModel(): void {
    if (!this.model) throw new AppError('REK_NOT_READY', 'this learner has no model yet');
  }
}
