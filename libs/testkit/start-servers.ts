/**
 * Real servers for a test, each in a temporary folder on a free port:
 *
 *     const servers = await startServers({ nats: true, postgres: true });
 *     …
 *     await servers.stop();
 *
 * They die with the test process. Postgres starts from a template folder made once per machine and version.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startNats,
  startPostgres,
  startRedis,
  type EmbeddedPostgres,
  type EmbeddedServer,
  type NatsOptions,
} from '#embedded';
import { copyPostgresTemplate } from './postgres-template.js';

export interface WantedServers {
  /** With users, TLS, another store or binary, where it is not just wanted. */
  nats?: boolean | Omit<NatsOptions, 'folder'>;
  postgres?: boolean;
  /** Left out when there is no redis-server to be had. */
  redis?: boolean;
}

export interface TestServers {
  readonly folder: string;
  /** '' unless wanted. */
  readonly natsUrl: string;
  /** An empty database of its own; '' unless wanted. */
  readonly databaseUrl: string;
  /** '' unless wanted and to be had. */
  readonly redisUrl: string;
  /** kill9(), stop(), restart() on the same port with the same data. */
  readonly nats: EmbeddedServer | undefined;
  readonly postgres: EmbeddedPostgres | undefined;
  readonly redis: EmbeddedServer | undefined;
  /** Another empty database on the same Postgres. */
  newDatabase(): Promise<string>;
  /** Stops all and removes the folder. */
  stop(): Promise<void>;
}

export async function startServers(wanted: WantedServers): Promise<TestServers> {
  const folder = await mkdtemp(join(tmpdir(), 'rekappa-test-'));
  chmodSync(folder, 0o755); // Postgres may have to run as another user
  const started = await Promise.allSettled([
    wanted.nats
      ? startNats({ folder: join(folder, 'nats'), ...(wanted.nats !== true && wanted.nats) })
      : undefined,
    wanted.postgres ? startScratchPostgres(join(folder, 'postgres')) : undefined,
    wanted.redis ? startRedis({ folder: join(folder, 'redis') }) : undefined,
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all(
      started.map((result) => (result.status === 'fulfilled' ? result.value?.stop() : undefined)),
    );
    // What still ends may still write.
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const [nats, postgres, redis] = started.map(
    (result) => (result as PromiseFulfilledResult<unknown>).value,
  ) as [EmbeddedServer | undefined, EmbeddedPostgres | undefined, EmbeddedServer | undefined];
  let databases = 0;
  const newDatabase = async (): Promise<string> => {
    if (!postgres) throw new Error('newDatabase() needs { postgres: true }');
    const name = `rekappa_${++databases}`;
    await postgres.createDatabase(name);
    return postgres.databaseUrl(name);
  };
  return {
    folder,
    nats,
    postgres,
    redis,
    newDatabase,
    stop,
    natsUrl: nats?.url ?? '',
    redisUrl: redis?.url ?? '',
    databaseUrl: postgres ? await newDatabase() : '',
  };
}

async function startScratchPostgres(folder: string): Promise<EmbeddedPostgres> {
  await copyPostgresTemplate(folder);
  return startPostgres({ folder, unsafeNoSync: true, connectionsMax: 60 });
}
