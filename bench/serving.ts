/**
 * Serving: recommendations a second, and how long one takes, at 10,000 items and 10,000 users, through the gateway.
 *
 *     npm run bench -- serving [--items 10000] [--users 10000] [--seconds 15] [--connections 32]
 *                              [--url http://127.0.0.1:8080] [--json]
 *
 * Starts servers, a learner, a host and a gateway of its own on free ports; with --url it measures a running system, after
 * adding its items and users. Beside it, in the same run and under the same load: a bare Fastify route that serialises a list of the same
 * size, with no recommender behind. Load, gateway, host, NATS and route share the machine's cores.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startSystem } from '#testkit';
import { printReport, type Figure } from './report/bench-report.js';
import { measureLoad, userName, type Measured } from './serving/load.js';
import { populate } from './serving/population.js';

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '10000' },
    users: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '15' },
    connections: { type: 'string', default: '32' },
    url: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [items, users, seconds, connections] = [
  values.items,
  values.users,
  values.seconds,
  values.connections,
].map(Number) as [number, number, number, number];

const own = values.url ? undefined : await startSystem({ environment: { REKAPPA_LOG_LEVEL: 'warn' } });
try {
  const url = values.url ?? own!.gateway.url;
  await populate(url, items, users);
  const sample = await (await fetch(`${url}/v1/recommendations?user=${userName(0)}&n=10`)).text();
  const system = await bothLoads(url);
  const bare = await withBareRoute(sample, bothLoads);
  printReport('serving', figuresOf(system, bare), { items, users, listBytes: Buffer.byteLength(sample) });
} finally {
  await own?.stop();
}

interface Loads {
  /** As many at once as there are connections: the greatest rate. */
  full: Measured;
  /** One at a time: the time of one. */
  serial: Measured;
}

async function bothLoads(url: string): Promise<Loads> {
  await measureLoad({ url, users, connections, seconds: seconds / 3 });
  const full = await measureLoad({ url, users, connections, seconds });
  const serial = await measureLoad({ url, users, connections: 1, seconds: seconds / 3 });
  return { full, serial };
}

function figuresOf({ full, serial }: Loads, bare: Loads): Figure[] {
  const route = 'bare Fastify route';
  const notes = ({ p50Ms, p99Ms, requests, degraded }: Measured): string =>
    `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, ${requests} requests, ${degraded} degraded`;
  return [
    {
      name: `${connections} connections`,
      value: full.requestsPerSecond,
      unit: 'requests/s',
      limit: { name: route, value: bare.full.requestsPerSecond },
      note: notes(full),
    },
    {
      name: 'one at a time, p50',
      value: serial.p50Ms,
      unit: 'ms',
      limit: { name: route, value: bare.serial.p50Ms },
    },
    {
      name: 'one at a time, p99',
      value: serial.p99Ms,
      unit: 'ms',
      limit: { name: route, value: bare.serial.p99Ms },
      note: notes(serial),
    },
  ];
}

async function withBareRoute<T>(list: string, work: (url: string) => Promise<T>): Promise<T> {
  const script = fileURLToPath(new URL('./serving/bare-fastify.js', import.meta.url));
  const child = spawn(process.execPath, [script, list], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return await work((JSON.parse(line) as { http: string }).http);
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}
