/**
 * The data folder of `up`, and the lock that keeps a second one out of it.
 *
 *     nats/ postgres/ redis/   an embedded server each: data, port, pid, log
 *     logs/                    a log file a process
 *     run/                     a pid file a process
 *     settings.json            settings that the folder's log was begun with
 *     connection.json          where everything listens; there while it runs
 *     up.lock                  who runs it
 */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { endLeftover, isRunning, ownRecord, readPidFile, writePidFile } from '#embedded';
import { AppError } from '#kernel';

export interface Connection {
  natsUrl: string;
  databaseUrl: string;
  /** Empty: an in-process cache. */
  redisUrl: string;
  gatewayUrl: string;
  namespace: string;
  /** The settings the apps run with, as environment variables: other commands fold with the same ones. */
  environment: Record<string, string>;
  /** Of /health and /metrics, by process. */
  apps: Record<string, string>;
}

/**
 * A demo is watched for minutes, not for half an hour: its attribution window is a minute. It shapes what the
 * log is folded to, so it stays with the folder, with the demo or without.
 */
const DEMO_SETTINGS = { REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '60' };

const LOCK_ATTEMPTS = 5;

export class DataFolder {
  private constructor(readonly path: string) {}

  /** Takes the lock and ends what a killed run left behind. @throws AppError REK_DATA_FOLDER_BUSY */
  static async open(path: string): Promise<DataFolder> {
    const folder = new DataFolder(resolve(path));
    for (const name of ['logs', 'run']) mkdirSync(join(folder.path, name), { recursive: true });
    folder.lock();
    await folder.endLeftovers();
    return folder;
  }

  server(name: 'nats' | 'postgres' | 'redis'): string {
    return join(this.path, name);
  }

  logFile(name: string): string {
    return join(this.path, 'logs', `${name}.log`);
  }

  pidFile(name: string): string {
    return join(this.path, 'run', `${name}.pid`);
  }

  /** Settings that belong to this folder's log; chosen once, when the folder is new. */
  settings(demo: boolean): Record<string, string> {
    const path = join(this.path, 'settings.json');
    const isNew = !existsSync(this.server('nats'));
    if (isNew && !existsSync(path))
      writeFileSync(path, `${JSON.stringify(demo ? DEMO_SETTINGS : {}, null, 2)}\n`);
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : {};
  }

  /** For the other commands; it holds a password, so only the owner may read it. */
  announce(connection: Connection): void {
    const path = join(this.path, 'connection.json');
    writeFileSync(`${path}.new`, `${JSON.stringify(connection, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  close(): void {
    rmSync(join(this.path, 'connection.json'), { force: true });
    rmSync(this.lockFile, { force: true });
  }

  private get lockFile(): string {
    return join(this.path, 'up.lock');
  }

  /** A link is made at once or not at all, so that of two starts one wins. */
  private lock(): void {
    const own = `${this.lockFile}.${process.pid}`;
    writePidFile(own, ownRecord());
    try {
      for (let attempt = 1; !linked(own, this.lockFile); attempt++) {
        const holder = readPidFile(this.lockFile);
        const busy = holder !== undefined && isRunning(holder);
        if (busy || attempt === LOCK_ATTEMPTS) {
          const who = holder ? `process ${holder.pid}: ${holder.marker}` : 'an unknown process';
          throw new AppError(
            'REK_DATA_FOLDER_BUSY',
            `${this.path} is in use by ${who}. Stop that one (Ctrl-C), or choose another folder with --data.`,
          );
        }
        rmSync(this.lockFile, { force: true }); // its holder is gone
      }
    } finally {
      rmSync(own, { force: true });
    }
  }

  private async endLeftovers(): Promise<void> {
    const files = readdirSync(join(this.path, 'run')).filter((name) => name.endsWith('.pid'));
    await Promise.all(files.map((name) => endLeftover(join(this.path, 'run', name))));
  }
}

function linked(own: string, lock: string): boolean {
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
