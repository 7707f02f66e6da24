/**
 * A whole deployment in one process: hosts, the learner and a client as they are, on servers in memory, in simulated
 * time, with every message between them released by a schedule. Commands (commands.ts) disturb it; `settle` lets it come
 * to rest, and `judge` (judge.ts) compares it with plain folds.
 */
import type fc from 'fast-check';
import { loadSettings, type Settings } from '#config';
import type { Served } from '#events';
import { MemoryLeaseStore, memoryTopology, type LogTopology } from '#log';
import { MemorySnapshots } from '../../../apps/learner/learner-harness.js';
import { Client } from './client.js';
import type { Fate, Schedule } from './line.js';
import { MemoryCheckpoints } from './memory-checkpoints.js';
import { SimulatedHost } from './simulated-host.js';
import { SimulatedLearner } from './simulated-learner.js';
import { SimulatedTime } from './simulated-time.js';

export const PARTITIONS = 2;
/** At the start. */
const HOSTS = 2;
const LEASE_MS = 600;
/** Where nothing is under way, time moves on by this, ms. */
const TICK_MS = 20;
/** Steps in which a healed world must come to rest: many times what it needs. */
const SETTLE_STEPS = 20_000;
/** Of a hundred calls: lost before and lost after their effect. */
const LOST_BEFORE = 3;
const LOST_AFTER = 6;

export const SETTINGS = settingsWith({});

/** What hosts may be configured with instead: each changes what a fold makes of the same events. */
export const FOLD_SETTINGS: readonly Settings[] = [
  SETTINGS,
  settingsWith({ attributionSeconds: 1, weights: { ...SETTINGS.interest.weights, click: 3 } }),
  settingsWith({ attributionSeconds: 3, halfLifeSeconds: 7_200, interestsMax: 16 }),
];

function settingsWith(interest: Record<string, unknown>): Settings {
  return loadSettings(
    {},
    {
      logLevel: 'silent',
      log: { partitions: PARTITIONS },
      actors: { leaseMs: LEASE_MS, checkpointMs: 400, tickMs: 100, idleSeconds: 1 },
      interest: { attributionSeconds: 2, ...interest },
      model: { bits: 10, holdSeconds: 1 },
      fm: { factors: 2 },
      learner: { deltaMs: 200, snapshotSeconds: 2, metricsWindow: 64 },
    },
  );
}

export interface Plan {
  /** Percentages, used in turn: what becomes of calls. */
  readonly fates: readonly number[];
  /** Seed of chance inside the system. */
  readonly chance: number;
  /** Whether there is a learner: it takes most of the time of a schedule. */
  readonly learns: boolean;
}

/** What was really done to a world. */
export interface Tally {
  [what: string]: number;
}

export class World implements Schedule {
  readonly time: SimulatedTime;
  readonly topology: LogTopology = memoryTopology(PARTITIONS);
  readonly checkpoints = new MemoryCheckpoints();
  readonly snapshots = new MemorySnapshots();
  readonly client: Client;
  /** Lists that hosts have served, whether or not LOG got to know. */
  readonly served: Served[] = [];
  readonly tally: Tally = {};
  /** Violations of what must hold at every moment. */
  readonly broken: string[] = [];
  hosts: SimulatedHost[] = [];
  learner: SimulatedLearner | undefined;
  private readonly leases: MemoryLeaseStore;
  private healed = false;
  private calls = 0;
  private started = 0;

  constructor(
    readonly scheduler: fc.Scheduler,
    private readonly plan: Plan,
  ) {
    this.time = new SimulatedTime(plan.chance);
    this.leases = new MemoryLeaseStore(LEASE_MS, this.time);
    this.client = new Client(this.topology, this);
    for (let hosts = 0; hosts < HOSTS; hosts++) this.startHost();
    if (plan.learns) this.startLearner();
  }

  fate(): Fate {
    const dice = this.healed ? 99 : this.plan.fates[this.calls++ % this.plan.fates.length]!;
    if (dice >= LOST_AFTER) return 'fine';
    this.count('calls lost');
    return dice < LOST_BEFORE ? 'lost before' : 'lost after';
  }

  count(what: string, times = 1): void {
    this.tally[what] = (this.tally[what] ?? 0) + times;
  }

  startHost(settings = SETTINGS): void {
    const servers = { topology: this.topology, leases: this.leases, checkpoints: this.checkpoints };
    const host = new SimulatedHost(`host-${++this.started}`, servers, settings, this.time, this);
    this.hosts.push(host);
    host.start();
  }

  startLearner(): void {
    const name = `learner-${++this.started}`;
    this.learner = new SimulatedLearner(name, this.topology, this.snapshots, SETTINGS, this.time, this);
    this.learner.start();
  }

  /** The nth host that is neither crashed nor frozen. */
  host(nth: number): SimulatedHost | undefined {
    const well = this.hosts.filter(({ crashed, frozen }) => !crashed && !frozen);
    return well[nth % Math.max(1, well.length)];
  }

  crash(host: SimulatedHost): void {
    host.crash();
    this.hosts = this.hosts.filter((each) => each !== host);
  }

  /** The next message arrives, or, if none is under way, time passes. */
  async step(): Promise<void> {
    await turnOfEvents();
    if (this.scheduler.count() > 0) await this.scheduler.waitOne();
    else this.time.advance(TICK_MS);
    await turnOfEvents();
    this.observe();
  }

  /** Time passes without waiting for anybody. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += TICK_MS) {
      this.time.advance(TICK_MS);
      await turnOfEvents();
    }
    this.observe();
  }

  /** Heals all lines, ends those who live in a world of their own, and runs until all is folded, emitted and learnt. */
  async settle(): Promise<void> {
    this.healed = true;
    for (const host of this.hosts) host.thaw();
    for (let steps = 0; steps < 200; steps++) await this.step(); // zombies try to write, now that they can
    for (const host of [...this.hosts]) if (host.crashed || host.clock.stopped) this.crash(host);
    if (this.hosts.length === 0) this.startHost();
    if (this.learner?.crashed) this.startLearner();
    for (let steps = 0; steps < SETTLE_STEPS; steps++) {
      if (this.scheduler.count() === 0 && (await this.atRest())) return;
      await this.step();
    }
    this.broken.push(`it did not come to rest: ${await this.state()}`);
  }

  /** The live owners of all partitions, in order; fewer while some have none. */
  owners() {
    return Array.from({ length: PARTITIONS }, (_, p) =>
      this.hosts.flatMap((host) => host.partitions).find((own) => own.partition === p && own.servable),
    );
  }

  end(): void {
    for (const host of this.hosts) host.crash();
    this.learner?.crash();
    this.time.end();
  }

  /** Everything stands where the logs end, and is saved there: a checkpoint waits for its feedback. */
  private async atRest(): Promise<boolean> {
    const [head, learnt] = await Promise.all([this.topology.log.head(), this.topology.feedback.head()]);
    const owners = this.owners();
    if (this.client.underWay > 0) return false;
    if (this.learner && (this.learner.crashed || this.learner.sequence < learnt)) return false;
    if (!owners.every((own) => own && own.position >= head)) return false;
    const unsaved = owners.filter((own) => own!.checkpointSequence < own!.position);
    for (const own of unsaved) void own!.checkpoint();
    const due = owners.some((own) => own!.state!.fold.nextDeadline() !== undefined);
    return unsaved.length === 0 && !due;
  }

  private async state(): Promise<string> {
    const owners = this.owners().map((own) => own && `${own.position}/${own.checkpointSequence}`);
    const phases = this.hosts.map(({ hostId, partitions }) => `${hostId} ${partitions.map((p) => p.phase)}`);
    return JSON.stringify({
      owners,
      phases,
      head: await this.topology.log.head(),
      feedback: await this.topology.feedback.head(),
      learner: this.learner?.sequence,
      client: this.client.underWay,
    });
  }

  /** No two hosts hold one partition, unless the clock of one is broken. */
  private observe(): void {
    for (let p = 0; p < PARTITIONS; p++) {
      const holders = this.hosts.filter(
        (host) =>
          !host.clock.stopped && host.partitions.some((own) => own.partition === p && host.holds(own)),
      );
      if (holders.length > 1 && this.broken.length === 0)
        this.broken.push(`partition ${p} is held by ${holders.map(({ hostId }) => hostId).join(' and ')}`);
    }
  }
}

/** Whatever can go on without a message or time has gone on. */
function turnOfEvents(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
