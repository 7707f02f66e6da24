/** NATS, Postgres and Redis of `up`: each the one that the environment names, else an embedded one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startNats, startPostgres, startRedis, watchLiveness, type EmbeddedServer } from '#embedded';
import { errorMessage, sleep } from '#kernel';
import type { UpConsole } from './console.js';
import type { DataFolder } from './data-folder.js';
import { RestartPolicy } from './restart-policy.js';

const DATABASE = 'rekappa';
/** What a first start makes takes a moment; say so. */
const FIRST_START = 'first start: Postgres makes its data folder';

export interface ServerUrls {
  natsUrl: string;
  databaseUrl: string;
  /** Empty: an in-process cache. */
  redisUrl: string;
}

export class Servers {
  private readonly starting: Promise<EmbeddedServer | undefined>[] = [];
  private stopping = false;
  private unwatch = (): void => undefined;

  constructor(
    private readonly data: DataFolder,
    private readonly console: UpConsole,
    private readonly onGiveUp: (message: string) => void,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  /** @throws AppError REK_SERVER_UNAVAILABLE */
  async start(): Promise<ServerUrls> {
    const { NATS_URL, DATABASE_URL, REDIS_URL } = this.environment;
    const [natsUrl, databaseUrl, redisUrl] = await Promise.all([
      NATS_URL || this.nats(),
      DATABASE_URL || this.postgres(),
      REDIS_URL || this.redis(),
    ]);
    return { natsUrl, databaseUrl, redisUrl };
  }

  async stop(deadlineMs: number): Promise<void> {
    this.stopping = true;
    this.unwatch();
    const servers = await Promise.allSettled(this.starting);
    await Promise.all(
      servers.map((server) => (server.status === 'fulfilled' ? server.value?.stop(deadlineMs) : undefined)),
    );
  }

  kill(): void {
    this.stopping = true;
    this.unwatch();
    for (const starting of this.starting)
      void starting.then(
        (server) => server?.kill9(),
        () => undefined,
      );
  }

  private async nats(): Promise<string> {
    const server = await this.begin('NATS', startNats({ folder: this.data.server('nats') }));
    this.unwatch = watchLiveness(server!, {
      onSilence: (ms) =>
        this.console.warn(
          'NATS',
          `does not answer for ${Math.round(ms / 1000)} s (is its disk full?): killed`,
        ),
    });
    return server!.url; // only Redis may be missing
  }

  private async postgres(): Promise<string> {
    const folder = this.data.server('postgres');
    if (!existsSync(join(folder, 'data'))) this.console.line(FIRST_START);
    const starting = startPostgres({ folder });
    await this.begin('Postgres', starting);
    const server = await starting;
    await server.createDatabase(DATABASE);
    return server.databaseUrl(DATABASE);
  }

  private async redis(): Promise<string> {
    const server = await this.begin('Redis', startRedis({ folder: this.data.server('redis') }));
    return server?.url ?? '';
  }

  private async begin(
    name: string,
    starting: Promise<EmbeddedServer | undefined>,
  ): Promise<EmbeddedServer | undefined> {
    const startedAt = performance.now();
    this.starting.push(starting);
    const server = await starting;
    if (server) {
      this.console.done(`${name} on port ${server.port}`, startedAt);
      void this.watch(name, server);
    } else this.console.done(`no ${name} here: the in-process cache takes its place`, startedAt);
    return server;
  }

  private async watch(name: string, server: EmbeddedServer): Promise<void> {
    const policy = new RestartPolicy();
    for (;;) {
      await server.exited;
      if (this.stopping) return;
      const wait = policy.died(performance.now());
      if (wait === undefined) return this.onGiveUp(`${name} keeps dying; see the log in ${server.folder}`);
      this.console.warn(name, `died; restart in ${wait} ms`);
      await sleep(wait);
      if (this.stopping) return;
      try {
        await server.restart();
        this.console.note(name, 'is back');
      } catch (error) {
        return this.onGiveUp(`${name} could not be started again: ${errorMessage(error)}`);
      }
    }
  }
}
