/** A learner over any topology and snapshot store, for tests. */
import { loadSettings, type SettingsOverrides } from '#config';
import { sleep, systemClock } from '#kernel';
import { messagesOf, syntheticFeedback, type SnapshotHeader } from '#learning';
import { DeadLetters, type LogTopology } from '#log';
import type { SnapshotSource, StoredSnapshot } from '#model-feed';
import { createLogger, createMetrics, HealthState } from '#observability';
import type { SnapshotInput } from '#store';
import { LearnerMetrics } from './learner-metrics.js';
import { LearnerService, type LearnerPorts } from './learner.service.js';
import type { SnapshotSink } from './snapshot-writer.js';

const OVERRIDES: SettingsOverrides = {
  logLevel: 'silent',
  model: { name: 'main', bits: 14 },
  learner: {
    deltaMs: 20,
    snapshotSeconds: 3_600,
    snapshotSamples: 1_000_000,
    relearnSeconds: 3_600,
    metricsWindow: 500,
  },
};

export function testSettings(overrides: SettingsOverrides = {}): ReturnType<typeof loadSettings> {
  const merged: Record<string, unknown> = { ...OVERRIDES };
  for (const [key, value] of Object.entries(overrides)) {
    const known = merged[key];
    merged[key] = typeof value === 'object' && typeof known === 'object' ? { ...known, ...value } : value;
  }
  return loadSettings({}, merged as SettingsOverrides);
}

export const FEEDBACK = messagesOf(syntheticFeedback({ seed: 4, lists: 200 }), 20);

/** Appends messages `from` .. `to` of FEEDBACK. */
export async function appendFeedback(
  topology: LogTopology,
  from: number,
  to = FEEDBACK.length,
): Promise<void> {
  for (const message of FEEDBACK.slice(from, to))
    await topology.feedback.append(topology.subjects.feedback(0), message);
}

/** Snapshots in memory, with the store's order: the one folded furthest, then the last written. */
export class MemorySnapshots implements SnapshotSource, SnapshotSink {
  readonly stored: (StoredSnapshot & { model: string; sequence: number })[] = [];
  available = true;
  /** What storing one takes. */
  storeMs = 0;

  async write(snapshot: SnapshotInput, signal?: AbortSignal): Promise<string> {
    this.check();
    if (this.storeMs > 0) await sleep(this.storeMs);
    signal?.throwIfAborted();
    const id = `snapshot-${this.stored.length + 1}`;
    const header = JSON.parse(JSON.stringify(snapshot.header)) as SnapshotHeader;
    this.stored.push({
      id,
      model: snapshot.model,
      sequence: snapshot.sequence,
      header,
      chunks: snapshot.chunks.map((chunk) => Uint8Array.from(chunk)),
    });
    return id;
  }

  async newestValid(model: string): Promise<StoredSnapshot | undefined> {
    this.check();
    return this.stored
      .filter((snapshot) => snapshot.model === model)
      .reduce<(typeof this.stored)[number] | undefined>(
        (best, each) => (!best || each.sequence >= best.sequence ? each : best),
        undefined,
      );
  }

  async get(id: string): Promise<StoredSnapshot | undefined> {
    this.check();
    return this.stored.find((snapshot) => snapshot.id === id);
  }

  async prune(): Promise<number> {
    return 0;
  }

  private check(): void {
    if (!this.available) throw new Error('the store is away');
  }
}

export interface TestLearner {
  readonly service: LearnerService;
  readonly health: HealthState;
  readonly failures: unknown[];
}

let learners = 0;

export function newLearner(
  topology: LogTopology,
  snapshots: LearnerPorts['snapshots'],
  settings = testSettings(),
  ports: Partial<LearnerPorts> = {},
): TestLearner {
  const failures: unknown[] = [];
  const health = new HealthState();
  const service = new LearnerService({
    settings,
    topology,
    snapshots,
    health,
    deadLetters: new DeadLetters(topology),
    lease: {
      leaseMs: 1_000,
      acquire: async () => true,
      renew: async () => true,
      release: async () => undefined,
    },
    writerId: `learner-${++learners}`,
    clock: systemClock,
    logger: createLogger('learner', 'silent'),
    metrics: new LearnerMetrics(createMetrics('learner')),
    fail: (error) => void failures.push(error),
    ...ports,
  });
  return { service, health, failures };
}
