/**
 * Serving: recommendations a second, and how long one takes, at 100,000 items and 150,000 users, through the gateway.
 *
 *     npm run bench -- serving [--items 100000] [--users 150000] [--seconds 15] [--connections 32] [--profile FOLDER] [--json]
 *
 * Starts servers, a learner, a host and a gateway of its own on free ports, and waits until what it has put in is folded, learnt and put
 * in order. Measured: the greatest rate (closed loop); latency at half of it (open loop, from when each request was due), and one at a
 * time; rankings of 100 given candidates; reads of single items, which go the same way and cost a host nothing; processor time a request
 * of each process, the load itself included, and the mean time of each stage. Beside it, in the same run and under the same load: a bare
 * Fastify route that serialises a list of the same size, with no recommender behind. All share the machine's cores.
 *
 * --profile writes a processor profile of gateway and host under full load.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sleep, startSystem } from '#testkit';
import { printReport, type Figure } from './report/bench-report.js';
import { measureLoad, userName, type Ask, type Load, type Measured } from './serving/load.js';
import { itemName, populate } from './serving/population.js';
import { cpuSeconds } from './serving/processes.js';
import { stagesBetween, stageTotals } from './serving/stages.js';

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '100000' },
    users: { type: 'string', default: '150000' },
    seconds: { type: 'string', default: '15' },
    connections: { type: 'string', default: '32' },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(
    'npm run bench -- serving [--items 100000] [--users 150000] [--seconds 15] [--connections 32] [--profile FOLDER] [--json]\n',
  );
  process.exit(0);
}
const [items, users, seconds, connections] = [
  values.items,
  values.users,
  values.seconds,
  values.connections,
].map(Number) as [number, number, number, number];

/** Steps through all users in an order that is not theirs of arrival; coprime to any round number of users. */
const STRIDE = 7_919;
const RANKED = 100;
/** A host that uses less than this share of a core for so long has nothing left to do; it is waited for no longer than that. */
const QUIET_SHARE = 0.2;
const QUIET_SECONDS = 5;
const QUIET_WAIT_SECONDS = 120;
const user = (i: number): string => userName((i * STRIDE) % users);

const recommend = (i: number): Ask => ({ path: `/v1/recommendations?user=${user(i)}&n=10` });
const rank = (i: number): Ask => ({
  path: '/v1/rank',
  body: JSON.stringify({
    user: user(i),
    items: Array.from({ length: RANKED }, (_, k) => itemName((i * 97 + k * 31) % items)),
  }),
});

/** Goes the same way, and costs a host next to nothing: the way alone. */
const read = (i: number): Ask => ({ path: `/v1/items/${itemName((i * STRIDE) % items)}` });

const system = await startSystem({
  environment: {
    REKAPPA_LOG_LEVEL: 'warn',
    ...(values.profile !== undefined && {
      PROFILES: values.profile,
      NODE_OPTIONS: `--import=${fileURLToPath(new URL('./serving/profile-on-signal.js', import.meta.url))}`,
    }),
  },
});
const host = system.hosts[0]!;
const pids = {
  gateway: system.gateway.child.pid,
  host: host.child.pid,
  learner: system.learner!.child.pid,
  NATS: system.servers.nats!.pid,
  Postgres: system.servers.postgres!.pid,
};
try {
  const url = system.gateway.url;
  await populate({ url, items, users, hostUrl: host.url, learnerUrl: system.learner!.url });
  await quiet(pids.host);
  const sample = await (await fetch(url + recommend(0).path)).text();
  const measured = await loads(url, profiled);
  const hop = await hops(url);
  const bare = await withBareRoute(sample, (bareUrl) => loads(bareUrl));
  printReport('serving', [...figuresOf(measured, bare), ...hopFigures(hop, bare)], {
    items,
    users,
    connections,
    listBytes: Buffer.byteLength(sample),
    processes: 'one gateway, one host, one learner, NATS, Postgres, the load',
  });
} finally {
  await system.stop();
}

interface Loads {
  /** As many at once as there are connections: the greatest rate. */
  full: Measured;
  /** Processor time a request and stages, at full load. */
  spent: string;
  /** At half the greatest rate. */
  half: Measured;
  /** One at a time. */
  serial: Measured;
  serialRank: Measured;
}

/** What so many users at once leave to be done is done, too: the ends of their lists, checkpoints, packing, the graph of nearest items. */
async function quiet(pid: number): Promise<void> {
  const used = (): number => cpuSeconds({ pid })['pid'] ?? 0;
  for (let waited = 0; waited < QUIET_WAIT_SECONDS; waited += QUIET_SECONDS) {
    const before = used();
    await sleep(QUIET_SECONDS * 1_000);
    if (used() - before < QUIET_SHARE * QUIET_SECONDS) return;
  }
  process.stderr.write(`the host is still busy after ${QUIET_WAIT_SECONDS} s: measured all the same\n`);
}

async function loads(url: string, around = (work: () => Promise<Measured>) => work()): Promise<Loads> {
  const load = { url, connections, seconds, ask: recommend };
  await measureLoad({ ...load, seconds: seconds / 2 });
  const [full, spent] = await watched(() => around(() => measureLoad(load)));
  const half = await measureLoad({ ...load, rate: full.requestsPerSecond / 2 });
  const one: Load = { ...load, connections: 1, seconds: seconds / 2 };
  const serial = await measureLoad(one);
  await measureLoad({ ...one, ask: rank, seconds: seconds / 5 });
  const serialRank = await measureLoad({ ...one, ask: rank });
  return { full, spent, half, serial, serialRank };
}

interface Hops {
  readonly full: Measured;
  readonly spent: string;
  readonly serial: Measured;
}

async function hops(url: string): Promise<Hops> {
  const load = { url, connections, seconds: seconds / 2, ask: read };
  await measureLoad({ ...load, seconds: seconds / 5 });
  const [full, spent] = await watched(() => measureLoad(load));
  return { full, spent, serial: await measureLoad({ ...load, connections: 1 }) };
}

function hopFigures({ full, spent, serial }: Hops, bare: Loads): Figure[] {
  const route = 'bare Fastify route';
  return [
    {
      name: `one item read, ${connections} connections: the way to a host and back`,
      value: full.requestsPerSecond,
      unit: 'requests/s',
      limit: { name: route, value: bare.full.requestsPerSecond },
      note: spent,
    },
    {
      name: 'one item read, one at a time, p50',
      value: serial.p50Ms,
      unit: 'ms',
      limit: { name: route, value: bare.serial.p50Ms },
    },
  ];
}

async function watched(work: () => Promise<Measured>): Promise<[Measured, string]> {
  const own = process.cpuUsage();
  const [cpu, stages] = [cpuSeconds(pids), await stageTotals(host.url)];
  const measured = await work();
  const after = cpuSeconds(pids);
  const load = process.cpuUsage(own);
  const each = (seconds: number): string => `${((seconds / measured.requests) * 1_000).toFixed(2)} ms`;
  const spent = [
    ...Object.entries(after).map(([name, total]) => `${name} ${each(total - cpu[name]!)}`),
    `load ${each((load.user + load.system) / 1e6)}`,
  ];
  const note = `CPU each: ${spent.join(', ')}; stages: ${stagesBetween(stages, await stageTotals(host.url))}`;
  return [measured, note];
}

async function profiled(work: () => Promise<Measured>): Promise<Measured> {
  const signal = (): void => {
    if (values.profile !== undefined)
      for (const pid of [pids.gateway, pids.host]) process.kill(pid, 'SIGUSR2');
  };
  signal();
  const measured = await work();
  signal();
  return measured;
}

function figuresOf({ full, spent, half, serial, serialRank }: Loads, bare: Loads): Figure[] {
  const route = 'bare Fastify route';
  const latency = (
    name: string,
    { p50Ms, p99Ms, requests, degraded }: Measured,
    beside: Measured,
  ): Figure[] => [
    { name: `${name}, p50`, value: p50Ms, unit: 'ms', limit: { name: route, value: beside.p50Ms } },
    {
      name: `${name}, p99`,
      value: p99Ms,
      unit: 'ms',
      limit: { name: route, value: beside.p99Ms },
      note: `${requests} requests, ${degraded} degraded`,
    },
  ];
  return [
    {
      name: `${connections} connections`,
      value: full.requestsPerSecond,
      unit: 'requests/s',
      limit: { name: route, value: bare.full.requestsPerSecond },
      note: `p50 ${full.p50Ms.toFixed(1)} ms, p99 ${full.p99Ms.toFixed(1)} ms, ${full.degraded} degraded; ${spent}`,
    },
    ...latency(`at ${Math.round(full.requestsPerSecond / 2)} requests/s`, half, bare.half),
    ...latency('one at a time', serial, bare.serial),
    ...latency(`rank ${RANKED}, one at a time`, serialRank, bare.serialRank),
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
