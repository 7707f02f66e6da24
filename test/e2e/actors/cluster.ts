/** Real servers, actor hosts as processes, and the questions that the tests of hosts ask. */
import { loadSettings, type Settings } from '#config';
import { until } from '#kernel';
import {
  connectNats,
  FramePublisher,
  openTopology,
  subjectPrefix,
  type LogTopology,
  type NatsConnection,
} from '#log';
import { startServers, type TestServers } from '#testkit';
import { startHost, type HostProcess } from './host-process.js';
import { isAtRest, referenceFold } from './reference-fold.js';
import { storedFeedback } from './stored-feedback.js';
import { Traffic } from './traffic.js';

export const PARTITIONS = 8;
export const LEASE_MS = 3_000;

/** Short windows, so that impressions close and checkpoints happen while a test runs. */
const ENVIRONMENT = {
  REKAPPA_LOG_PARTITIONS: String(PARTITIONS),
  REKAPPA_ACTORS_LEASE_MS: String(LEASE_MS),
  REKAPPA_ACTORS_CHECKPOINT_MS: '500',
  REKAPPA_ACTORS_TICK_MS: '100',
  REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '1',
  REKAPPA_MODEL_BITS: '12',
};

interface Status {
  readonly hostId: string;
  readonly partitions: readonly {
    partition: number;
    epoch: number;
    phase: string;
    position: number;
    checkpoint: number;
    users: number;
  }[];
}

export class Cluster {
  private readonly hosts: HostProcess[] = [];
  private started = 0;

  private constructor(
    readonly servers: TestServers,
    readonly settings: Settings,
    readonly environment: Record<string, string>,
    readonly nats: NatsConnection,
    readonly topology: LogTopology,
    readonly publisher: FramePublisher,
  ) {}

  static async start(own: Record<string, string> = {}): Promise<Cluster> {
    const servers = await startServers({ nats: true, postgres: true });
    const environment = {
      ...ENVIRONMENT,
      ...own,
      NATS_URL: servers.natsUrl,
      DATABASE_URL: servers.databaseUrl,
      REDIS_URL: '',
    };
    const settings = loadSettings(environment);
    const nats = await connectNats(settings);
    const topology = await openTopology(nats, settings);
    return new Cluster(servers, settings, environment, nats, topology, new FramePublisher(topology));
  }

  /** @param own settings that only this one has */
  async host(own: Record<string, string> = {}): Promise<HostProcess> {
    const environment = { ...this.environment, ...own };
    const host = await startHost(this.servers.folder, `host-${++this.started}`, environment);
    this.hosts.push(host);
    return host;
  }

  async stop(): Promise<void> {
    await Promise.all(this.hosts.map(({ child }) => child.stop()));
    await this.nats.close();
    await this.servers.stop();
  }

  async ask<T>(subject: string, body: object, timeout = 10_000): Promise<T> {
    const answer = await this.nats.request(
      subjectPrefix(this.settings.namespace) + subject,
      JSON.stringify(body),
      { timeout },
    );
    return answer.json() as T;
  }

  async everyHost<T>(subject: string, maxWait = 3_000): Promise<T[]> {
    const answers: T[] = [];
    for await (const message of await this.nats.requestMany(subject, '{}', {
      strategy: 'stall',
      maxWait,
      stall: 300,
    }))
      answers.push(message.json() as T);
    return answers;
  }

  status(): Promise<Status[]> {
    return this.everyHost<Status>('rpc.hosts.status').catch(() => []);
  }

  /** Waits until exactly these many hosts own all partitions, each a fair share, all live. */
  async shared(hosts: number, timeoutMs = 30_000): Promise<void> {
    await until(
      `${hosts} hosts share the partitions`,
      async () => {
        const owned = (await this.status())
          .map(({ partitions }) =>
            partitions.filter(({ phase }) => phase === 'live').map(({ partition }) => partition),
          )
          .filter((own) => own.length > 0);
        const share = Math.ceil(PARTITIONS / hosts);
        return (
          owned.length === hosts &&
          new Set(owned.flat()).size === PARTITIONS &&
          owned.every((own) => own.length <= share)
        );
      },
      timeoutMs,
      100,
    );
  }

  /** Publishes traffic until stopped; everything acknowledged by then is in the log. */
  traffic(seed: number, eventsPerSecond = 400): { stop(): Promise<number> } {
    const traffic = new Traffic(seed);
    const acknowledged: Promise<unknown>[] = traffic
      .catalogue()
      .map((event) => this.publisher.publish(event));
    const timer = setInterval(() => {
      for (let i = 0; i < eventsPerSecond / 50; i++)
        acknowledged.push(this.publisher.publish(traffic.next(Date.now())));
    }, 20);
    return {
      stop: async () => {
        clearInterval(timer);
        await Promise.all(acknowledged);
        return acknowledged.length;
      },
    };
  }

  /** Waits until every window has closed and every host has folded everything. @returns the head of the log */
  async settled(timeoutMs = 60_000): Promise<number> {
    let head = 0;
    await until(
      'all is folded and every window has closed',
      async () => {
        head = await this.topology.log.head();
        const partitions = (await this.status()).flatMap((host) => host.partitions);
        if (
          partitions.length !== PARTITIONS ||
          partitions.some(({ position, phase }) => position < head || phase !== 'live')
        )
          return false;
        return isAtRest(await referenceFold(this.topology, this.settings, head));
      },
      timeoutMs,
      300,
    );
    return head;
  }

  /** Of every partition; waits for those that are being restored, because damage may show only when all users are read. */
  private async hashes(): Promise<{ partition: number; users: number; sha256: string }[]> {
    type Answer = { partitions?: { partition: number; users: number; sha256: string }[] };
    let hashes: NonNullable<Answer['partitions']> = [];
    await until(
      'every partition is hashed',
      async () => {
        const answers = await this.everyHost<Answer>('rpc.hosts.hash', 10_000);
        hashes = answers.flatMap(({ partitions }) => partitions ?? []);
        return hashes.length >= PARTITIONS;
      },
      30_000,
      200,
    );
    return hashes;
  }

  /**
   * Settles, then compares feedback (byte for byte, per partition) and user states with a fold of the same log in
   * memory. @param configured of the fold in memory. @returns how much was compared
   */
  async equalsReference(
    configured = this.settings,
  ): Promise<{ records: number; users: number; events: number }> {
    const head = await this.settled();
    const reference = await referenceFold(this.topology, configured, head);
    let feedback = await storedFeedback(this.topology);
    await until('all feedback is stored', async () => {
      feedback = await storedFeedback(this.topology);
      return feedback.every(({ records }, partition) => records >= reference[partition]!.records.length);
    }).catch(() => undefined); // what is missing shows below
    feedback.forEach(({ bytes, records }, partition) => {
      const expected = reference[partition]!.records;
      expect({ partition, records }).toEqual({ partition, records: expected.length });
      expect({ partition, equal: bytes.equals(Buffer.concat(expected)) }).toEqual({ partition, equal: true });
    });
    const hashes = await this.hashes();
    expect(hashes).toHaveLength(PARTITIONS);
    for (const { partition, users, sha256 } of hashes)
      expect({ partition, users, sha256 }).toEqual({ partition, ...reference[partition]!.hash() });
    return {
      records: feedback.reduce((sum, { records }) => sum + records, 0),
      users: hashes.reduce((sum, { users }) => sum + users, 0),
      events: head,
    };
  }
}
