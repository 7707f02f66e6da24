/**
 * The whole system for a test or a benchmark: real servers and the apps as processes from dist/, on free ports.
 *
 *     const system = await startSystem({ hosts: 2, learner: true });
 *     await fetch(`${system.gateway.url}/v1/recommendations?user=ada`);
 *     await system.stop();
 *
 * `npm run build` must have been run.
 */
import { join } from 'node:path';
import { launch, withHugePages, type Child, type NatsOptions } from '#embedded';
import { until } from '#kernel';
import { startServers, type TestServers } from './start-servers.js';

export type AppName = 'gateway' | 'actors' | 'learner';

export interface SystemOptions {
  /** Gateways. Default 1. */
  readonly gateways?: number;
  /** Actor hosts. Default 1. */
  readonly hosts?: number;
  /** Default true. */
  readonly learner?: boolean;
  readonly redis?: boolean;
  /** NATS with users: their configuration, the passwords it refers to, and `user:password` of each app. */
  readonly natsUsers?: {
    readonly configuration: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly credentials: (app: AppName) => string;
  };
  /** NATS as it is wanted otherwise: store, limits, binary. */
  readonly nats?: Omit<NatsOptions, 'folder'>;
  /** A NATS that runs already, instead of one of its own. */
  readonly natsUrl?: string;
  /** Added to every app's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where dist/ lies. Default: the working folder. */
  readonly root?: string;
  /** How long an app may take to be ready, ms: a host folds what the log holds first. Default 60,000. */
  readonly readyMs?: number;
}

export interface AppProcess {
  readonly name: string;
  readonly url: string;
  readonly child: Child;
  /** Log lines so far. */
  readonly lines: readonly string[];
}

export interface RunningSystem {
  readonly servers: TestServers;
  readonly environment: Readonly<Record<string, string>>;
  readonly gateway: AppProcess;
  readonly gateways: readonly AppProcess[];
  readonly hosts: readonly AppProcess[];
  readonly learner: AppProcess | undefined;
  /**
   * Another process of an app, beside those that run or in place of a dead one. Resolves when it is ready.
   * @param own added to its environment
   */
  start(app: AppName, own?: Readonly<Record<string, string>>): Promise<AppProcess>;
  stop(): Promise<void>;
}

const READY_MS = 60_000;

export async function startSystem(options: SystemOptions = {}): Promise<RunningSystem> {
  const { natsUsers } = options;
  const servers = await startServers({
    nats: options.natsUrl === undefined && (natsUsers ?? options.nats ?? true),
    postgres: true,
    redis: options.redis,
  });
  const { databaseUrl, redisUrl } = servers;
  const natsUrl = options.natsUrl ?? servers.natsUrl;
  const environment = {
    PORT: '0',
    REKAPPA_HTTP_METRICS_PORT: '0',
    ...options.environment,
    NATS_URL: natsUrl,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
  };
  const started: AppProcess[] = [];
  let serial = 0;
  const start = async (app: AppName, own: Readonly<Record<string, string>> = {}): Promise<AppProcess> => {
    const name = `${app}-${++serial}`;
    const url = natsUsers ? natsUrl.replace('nats://', `nats://${natsUsers.credentials(app)}@`) : natsUrl;
    const all = { ...environment, NATS_URL: url, ...own };
    const process = await startApp(app, name, servers.folder, all, options);
    started.push(process);
    return process;
  };
  const many = (app: AppName, count: number) => Promise.all(Array.from({ length: count }, () => start(app)));
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(({ child }) => child.stop()));
    await servers.stop();
  };
  try {
    const learner = (options.learner ?? true) ? await start('learner') : undefined;
    const hosts = await many('actors', options.hosts ?? 1);
    const gateways = await many('gateway', options.gateways ?? 1);
    return { servers, environment, gateway: gateways[0]!, gateways, hosts, learner, start, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startApp(
  app: AppName,
  name: string,
  folder: string,
  environment: Record<string, string>,
  { root = process.cwd(), readyMs = READY_MS }: SystemOptions,
): Promise<AppProcess> {
  const lines: string[] = [];
  const child = await launch({
    name,
    command: process.execPath,
    args: [join(root, 'dist', 'apps', app, 'main.js'), '--name', name],
    marker: `--name ${name}`,
    env: withHugePages({ ...process.env, NODE_OPTIONS: '', ...environment }),
    logFile: join(folder, `${name}.log`),
    pidFile: join(folder, `${name}.pid`),
    onLine: (line) => void lines.push(line),
  });
  let url: string | undefined;
  const ready = until(
    `${name} is ready`,
    async () => {
      if (child.status) throw new Error(`${name} ended: ${lines.slice(-5).join('\n')}`);
      url ??= listeningUrl(lines);
      return (
        url !== undefined &&
        (await fetch(`${url}/health/ready`).then(
          ({ ok }) => ok,
          () => false,
        ))
      );
    },
    readyMs,
    50,
  );
  try {
    await ready;
  } catch (error) {
    await child.kill9();
    throw error;
  }
  return { name, url: url!, child, lines };
}

function listeningUrl(lines: readonly string[]): string | undefined {
  const line = lines.find((each) => each.includes('"msg":"listening"'));
  return line ? (JSON.parse(line) as { http: string }).http : undefined;
}
