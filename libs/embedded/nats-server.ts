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
  /** Where the streams are kept. Default: a folder in `folder`. */
  storeFolder?: string;
  /** Another nats-server than the machine's. */
  binary?: string;
  /** Added to JetStream's part of the configuration: limits, `sync_interval`. */
  jetstream?: string;
  /** Added to the configuration: users, TLS, a cluster. */
  configuration?: string;
  /** What that refers to, as `$NAME`. */
  environment?: Readonly<Record<string, string>>;
}

/** Streams are recovered before the port opens: a large log takes a while, ms. */
const READY_MS = 60_000;

/**
 * What a server without users answers when JetStream works: one whose disk was full can accept connections and
 * answer nothing any more, for ever (NATS 2.9).
 */
const ASK_JETSTREAM =
  'CONNECT {"verbose":false}\r\nSUB rekappa.alive 1\r\nPUB $JS.API.INFO rekappa.alive 0\r\n\r\n';

/** @throws AppError REK_SERVER_UNAVAILABLE, naming what to install. */
export async function startNats(options: NatsOptions): Promise<EmbeddedServer> {
  const { folder, port, environment = {} } = options;
  const binary = options.binary
    ? { path: options.binary, env: process.env }
    : await locateServer('nats-server');
  const configuration = join(folder, 'nats.conf');
  return startServer({
    name: 'nats-server',
    folder,
    port,
    readyMs: READY_MS,
    url: (at) => `nats://127.0.0.1:${at}`,
    prepare: () => writeFileSync(configuration, configurationOf(options)),
    launch: (at) => ({
      command: binary.path,
      env: { ...binary.env, ...environment },
      marker: configuration,
      args: ['--config', configuration, '--addr', '127.0.0.1', '--port', String(at)],
    }),
    probe: (at) => tcpProbe(at, '', /^INFO .*"jetstream":true/s),
    liveness: (at) => tcpProbe(at, ASK_JETSTREAM, /^MSG /m),
    stopSignal: 'SIGINT', // exits 0 after flushing its stores
  });
}

function configurationOf({
  folder,
  storeFolder = join(folder, 'jetstream'),
  jetstream = '',
  configuration = '',
}: NatsOptions): string {
  return `jetstream { store_dir: ${JSON.stringify(storeFolder)}\n${jetstream} }\n${configuration}`;
}
