/**
 * NATS with JetStream, file storage, on the loopback interface.
 * Acknowledged messages survive a killed server; see docs for what a power cut takes.
 */
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { startServer, type EmbeddedServer } from './embedded-server.js';
import { locateServer } from './locate-server.js';
import { tcpProbe } from './tcp-probe.js';

export interface NatsOptions {
  /** Holds the streams, the configuration, pid, port and log; reused by the next start. */
  folder: string;
  port?: number;
  /** Added to the configuration: users, TLS. */
  configuration?: string;
  /** What that refers to, as `$NAME`. */
  environment?: Readonly<Record<string, string>>;
}

/** Streams are recovered before the port opens: a large log takes a while, ms. */
const READY_MS = 60_000;

/** @throws AppError REK_SERVER_UNAVAILABLE, naming what to install. */
export async function startNats({
  folder,
  port,
  configuration: added = '',
  environment = {},
}: NatsOptions): Promise<EmbeddedServer> {
  const binary = await locateServer('nats-server');
  const configuration = join(folder, 'nats.conf');
  return startServer({
    name: 'nats-server',
    folder,
    port,
    readyMs: READY_MS,
    url: (at) => `nats://127.0.0.1:${at}`,
    prepare: () => writeFileSync(configuration, `${configurationOf(folder)}${added}`),
    launch: (at) => ({
      command: binary.path,
      env: { ...binary.env, ...environment },
      marker: configuration,
      args: ['--config', configuration, '--addr', '127.0.0.1', '--port', String(at)],
    }),
    probe: (at) => tcpProbe(at, '', /^INFO .*"jetstream":true/s),
    stopSignal: 'SIGINT', // exits 0 after flushing its stores
  });
}

function configurationOf(folder: string): string {
  return `jetstream { store_dir: ${JSON.stringify(join(folder, 'jetstream'))} }\n`;
}
