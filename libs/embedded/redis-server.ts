/** Redis as a bounded cache on the loopback interface: nothing in it is the truth, so nothing is written to disk. */
import { startServer, type EmbeddedServer } from './embedded-server.js';
import { findServer } from './locate-server.js';
import { tcpProbe } from './tcp-probe.js';

export interface RedisOptions {
  /** Holds pid, port and log. */
  folder: string;
  port?: number;
  /** Memory of the cache, bytes; the least recently used keys go first. */
  memoryBytesMax?: number;
}

const MEMORY_BYTES_MAX = 128 * 1024 * 1024;
const READY_MS = 10_000;

/** @returns undefined when there is no Redis to be had: the in-process cache takes its place. */
export async function startRedis({
  folder,
  port,
  memoryBytesMax = MEMORY_BYTES_MAX,
}: RedisOptions): Promise<EmbeddedServer | undefined> {
  const binary = await findServer('redis-server');
  if (binary === undefined) return undefined;
  return startServer({
    name: 'redis-server',
    folder,
    port,
    readyMs: READY_MS,
    url: (at) => `redis://127.0.0.1:${at}`,
    launch: (at) => ({
      // Redis rewrites its own title to "path 127.0.0.1:port", which is then what identifies it.
      command: binary.path,
      env: binary.env,
      cwd: folder,
      marker: `127.0.0.1:${at}`,
      args: [
        '--bind',
        '127.0.0.1',
        '--port',
        String(at),
        '--daemonize',
        'no',
        '--save',
        '',
        '--appendonly',
        'no',
        '--maxmemory',
        String(memoryBytesMax),
        '--maxmemory-policy',
        'allkeys-lru',
        '--set-proc-title',
        'yes',
      ],
    }),
    probe: (at) => tcpProbe(at, 'PING\r\n', /\+PONG/),
  });
}
