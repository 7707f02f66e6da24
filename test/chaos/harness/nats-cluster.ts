/** Three nats-servers on one machine that form a JetStream cluster. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startNats, type EmbeddedServer } from '#embedded';
import { connectNats, managerOf } from '#log';
import { until } from '#testkit';

export const NODES = 3;
const NAME = 'nats-';
const READY_MS = 30_000;
const CURRENT_MS = 60_000;

type Manager = Awaited<ReturnType<typeof managerOf>>;

export class NatsCluster {
  private constructor(
    private readonly folder: string,
    readonly nodes: readonly EmbeddedServer[],
  ) {}

  static async start(): Promise<NatsCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'rekappa-cluster-'));
    const numbers = Array.from({ length: NODES }, (_, at) => at + 1);
    const routes = await Promise.all(numbers.map(() => freePort()));
    const nodes = await Promise.all(
      numbers.map((number, at) =>
        startNats({
          folder: join(folder, `nats-${number}`),
          configuration: `
            server_name: "${NAME}${number}"
            cluster {
              name: "chaos"
              listen: "127.0.0.1:${routes[at]}"
              routes: [${routes.map((port) => `"nats://127.0.0.1:${port}"`).join(', ')}]
            }`,
        }),
      ),
    );
    const cluster = new NatsCluster(folder, nodes);
    await until('the cluster has a leader', () => cluster.answers(), READY_MS, 200);
    return cluster;
  }

  get url(): string {
    return this.nodes.map(({ url }) => url).join(',');
  }

  /** Resolves when every stream's replicas are all current: only then can the next node be spared. */
  current(): Promise<void> {
    return this.withManager(async (manager) => {
      const behind = async (): Promise<boolean> => {
        for await (const { cluster } of manager.streams.list())
          if (!cluster?.leader || cluster.replicas?.some(({ current, offline }) => !current || offline))
            return true;
        return false;
      };
      await until(
        'all replicas are current',
        async () => !(await behind().catch(() => true)),
        CURRENT_MS,
        200,
      );
    });
  }

  /** Place in `nodes` of the one that leads the stream. */
  leaderOf(stream: string): Promise<number> {
    return this.withManager(async (manager) => {
      const { cluster } = await manager.streams.info(stream);
      return Number(cluster!.leader!.slice(NAME.length)) - 1;
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }

  private async withManager<T>(work: (manager: Manager) => Promise<T>): Promise<T> {
    const connection = await connectNats({ natsUrl: this.url });
    try {
      return await work(await managerOf(connection));
    } finally {
      await connection.close();
    }
  }

  private async answers(): Promise<boolean> {
    const alive = await Promise.all(
      this.nodes.map((node) =>
        node.answers().then(
          () => true,
          () => false,
        ),
      ),
    );
    return alive.every(Boolean);
  }
}
