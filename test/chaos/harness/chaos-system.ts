/** The whole system under fault: its processes by role, their deaths and returns, and the proof at the end. */
import {
  until,
  startSystem,
  type AppName,
  type AppProcess,
  type RunningSystem,
  type SystemOptions,
} from '#testkit';
import { CommandLine } from '../../e2e/command-line.js';
import type { Findings } from './findings.js';
import { Load, type LoadOptions } from './load.js';
import type { Trial } from './scenario.js';

export const PARTITIONS = 8;
export const LEASE_MS = 3_000;
/** Why the faults of Redis are left out. */
export const NO_REDIS = 'there is no redis-server on this machine';

/** Short windows, so that impressions close, checkpoints and snapshots happen and leases pass while a test runs. */
const ENVIRONMENT = {
  REKAPPA_LOG_PARTITIONS: String(PARTITIONS),
  REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '2',
  REKAPPA_ACTORS_TICK_MS: '200',
  REKAPPA_ACTORS_LEASE_MS: String(LEASE_MS),
  REKAPPA_ACTORS_CHECKPOINT_MS: '700',
  REKAPPA_LEARNER_SNAPSHOT_SECONDS: '1',
  REKAPPA_MODEL_BITS: '14',
  REKAPPA_LOG_LEVEL: 'warn',
};

export interface ChaosOptions {
  /** Actor hosts started at once. Default 2. */
  readonly hosts?: number;
  readonly gateways?: number;
  readonly redis?: boolean;
  readonly nats?: SystemOptions['nats'];
  readonly natsUrl?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface PartitionStatus {
  readonly hostId: string;
  readonly partition: number;
  readonly epoch: number;
  readonly phase: string;
}

interface Status {
  hosts: { hostId: string; partitions: Omit<PartitionStatus, 'hostId'>[] }[];
}

/** Of `rekappa replay --verify --json`. */
interface Check {
  readonly what: string;
  readonly live: string;
  readonly ok: boolean;
  readonly detail: string;
}

export class ChaosSystem {
  readonly hosts: AppProcess[];
  readonly gateways: AppProcess[];
  learner: AppProcess;
  readonly cli: CommandLine;
  private readonly loads: Load[] = [];

  private constructor(
    readonly system: RunningSystem,
    private readonly findings: Findings,
  ) {
    this.hosts = [...system.hosts];
    this.gateways = [...system.gateways];
    this.learner = system.learner!;
    this.cli = new CommandLine(() => ({ ...system, gateway: this.gateways[0]! }));
  }

  static async start(trial: Trial, options: ChaosOptions = {}): Promise<ChaosSystem> {
    const { hosts = 2, gateways = 1, redis, nats, natsUrl } = options;
    const environment = { ...ENVIRONMENT, ...trial.preload(), ...options.environment };
    return new ChaosSystem(
      await startSystem({ hosts, gateways, redis, nats, natsUrl, environment }),
      trial.findings,
    );
  }

  get servers(): RunningSystem['servers'] {
    return this.system.servers;
  }

  /** URL of the first gateway. */
  readonly url = (): string => this.gateways[0]!.url;

  /** @throws when it is not taken */
  async post(path: string, body: readonly object[]): Promise<void> {
    const answer = await fetch(`${this.url()}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.status !== 202) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }

  load(trial: Trial, options?: LoadOptions): Load {
    const load = new Load(this.url, trial.random, options);
    this.loads.push(load);
    return load;
  }

  async add(app: AppName, own?: Readonly<Record<string, string>>): Promise<AppProcess> {
    const process = await this.system.start(app, own);
    if (app === 'actors') this.hosts.push(process);
    if (app === 'gateway') this.gateways.push(process);
    if (app === 'learner') this.learner = process;
    return process;
  }

  /** kill -9, then another process in its place. */
  async replace(app: AppName, at = 0): Promise<void> {
    const list = { gateway: this.gateways, actors: this.hosts, learner: [this.learner] }[app];
    await list[at]!.child.kill9();
    const next = await this.system.start(app);
    if (app === 'learner') this.learner = next;
    else list[at] = next;
  }

  /** Who owns what, as the hosts themselves say; [] while nobody can be asked. */
  async partitions(): Promise<PartitionStatus[]> {
    const { code, out } = await this.cli.run('status', '--json');
    if (code !== 0 && out === '') return [];
    try {
      const { hosts } = JSON.parse(out) as Status;
      return hosts.flatMap(({ hostId, partitions }) => partitions.map((p) => ({ hostId, ...p })));
    } catch {
      return [];
    }
  }

  /** Resolves when so many hosts own all partitions, each its share, all live. */
  async shared(hosts: number): Promise<PartitionStatus[]> {
    let owned: PartitionStatus[] = [];
    await until(
      `${hosts} hosts share the partitions`,
      async () => {
        owned = (await this.partitions()).filter(({ phase }) => phase === 'live');
        const perHost = byHost(owned);
        return (
          perHost.size === hosts &&
          owned.length === PARTITIONS &&
          [...perHost.values()].every((own) => own.length <= Math.ceil(PARTITIONS / hosts))
        );
      },
      60_000,
      200,
    );
    return owned;
  }

  /**
   * The proof: clicks folded = clicks acknowledged; users, samples and weights = a fold of the log in one process.
   * What differs is broken.
   */
  async prove(load: Load): Promise<void> {
    const { findings } = this;
    await this.cli.settled();
    const different = await load.differing();
    findings.figure('users with lost or doubled events', different.length);
    findings.must(different.length === 0, different.slice(0, 5).join('; '));
    await this.hashes();
  }

  /**
   * Users, samples and weights of the live processes, once everything is quiet, by what they are. What a fold of the log in one
   * process makes otherwise is broken.
   */
  async hashes(): Promise<Map<string, string>> {
    const { findings } = this;
    await this.cli.settled();
    const { code, out, err } = await this.cli.run('replay', '--from-log', '--verify', '--json');
    const checks = checksOf(out);
    const failed = checks.filter(({ ok }) => !ok);
    findings.did('hashes compared', checks.length);
    findings.figure('hashes that differ', failed.length);
    findings.enough(
      checks.length > 2 * PARTITIONS && (code === 0) === (failed.length === 0),
      `replay --verify ended with ${code} after ${checks.length} comparisons: ${err.slice(-300)}`,
    );
    findings.must(
      failed.length === 0,
      `replay --verify: ${failed.map(({ what, detail }) => `${what} (${detail})`).join('; ')}`,
    );
    return new Map(checks.map(({ what, live }) => [what, live]));
  }

  stop(): Promise<void> {
    for (const { acknowledged, repeated } of this.loads) {
      this.findings.did('acknowledged events', acknowledged);
      this.findings.did('requests sent again', repeated);
    }
    return this.system.stop();
  }
}

/** Runs `work` on a system of its own, and stops that whatever happens. */
export async function withSystem(
  trial: Trial,
  options: ChaosOptions,
  work: (system: ChaosSystem) => Promise<void>,
): Promise<void> {
  const system = await ChaosSystem.start(trial, options);
  try {
    await work(system);
  } finally {
    await system.stop();
  }
}

function byHost(owned: readonly PartitionStatus[]): Map<string, PartitionStatus[]> {
  const groups = new Map<string, PartitionStatus[]>();
  for (const each of owned) groups.set(each.hostId, [...(groups.get(each.hostId) ?? []), each]);
  return groups;
}

function checksOf(out: string): Check[] {
  try {
    return (JSON.parse(out) as { checks: Check[] }).checks;
  } catch {
    return [];
  }
}
