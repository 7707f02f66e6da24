/**
 * Warm start: from servers that do not run to the first right answer, with a day's log.
 *
 *     npm run bench -- start [--scale 0.1] [--json]
 *
 * The whole system takes in a seed platform's day (bench/seed-day/day.ts; 1: 7.5 million events), folds and learns all of it, and
 * ends: once by SIGTERM, once by kill -9 of everything. Then NATS, Postgres and Redis are started, with them the learner, a host
 * and a gateway. An answer is right when its list is no substitute and `after` the log's last event, and the user's counters are
 * those of before; the time ends when one user of each partition has had it. Beside it: the servers alone. And what the whole
 * system takes in memory then, servers included.
 */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { partitionOf, until } from '#kernel';
import { startSystem, type AppProcess, type RunningSystem } from '#testkit';
import { printReport, type Figure } from './report/bench-report.js';
import { openDayLog, PARTITIONS, storeEvents, storeItems } from './seed-day/day-log.js';
import { dayOf } from './seed-day/day.js';
import { megabytesOf } from './system/memory.js';
import { folded, learnt } from './system/status.js';

const FRAME = 100;
const PREPARE_MS = 3_600_000;
const ANSWER_MS = 300_000;
const AIM_S = 15;
/** For the whole day and all its users. */
const MEMORY_AIM_MB = 1_536;

const { values } = parseArgs({
  options: { scale: { type: 'string', default: '0.1' }, json: { type: 'boolean', default: false } },
});
const day = dayOf(Number(values.scale));

interface Known {
  readonly user: string;
  readonly counters: unknown;
}

const system = await startSystem({
  redis: true,
  readyMs: ANSWER_MS,
  environment: { REKAPPA_LOG_PARTITIONS: String(PARTITIONS), REKAPPA_LOG_LEVEL: 'warn' },
});
let apps: AppProcess[] = [system.gateway, ...system.hosts, system.learner!];
try {
  const head = await takeIn(system);
  const known = await remember(system.gateway.url);
  const figures = [memoryFigure('memory of the whole system, the day just learnt')];
  for (const [name, end] of [
    ['after SIGTERM', (app: AppProcess) => app.child.stop()],
    ['after kill -9', (app: AppProcess) => app.child.kill9()],
  ] as const) {
    await Promise.all(apps.map(end));
    await stopServers(system, name === 'after kill -9');
    const { servers, answered } = await start(system, known, head);
    figures.push({
      name: `first right answers ${name}`,
      value: answered,
      unit: 's',
      limit: { name: 'the servers alone', value: servers },
      note: `aim ${AIM_S} s`,
    });
    figures.push(memoryFigure(`memory of the whole system ${name}`));
  }
  printReport('start', figures, { ...day, logMessages: head, usersAsked: known.length });
} finally {
  await Promise.all(apps.map(({ child }) => child.stop()));
  await system.stop();
}

function memoryFigure(name: string): Figure {
  const { nats, postgres, redis } = system.servers;
  const parts = [
    ['NATS', nats],
    ['Postgres', postgres],
    ['Redis', redis],
    ...['gateway', 'host', 'learner'].map((app, i) => [app, apps[i]!.child] as const),
  ] as const;
  const sizes = parts.map(([part, process]) => [part, process ? megabytesOf([process.pid]) : 0] as const);
  return {
    name,
    value: sizes.reduce((sum, [, megabytes]) => sum + megabytes, 0),
    unit: 'MB',
    limit: { name: 'aim with the whole day', value: MEMORY_AIM_MB },
    note: sizes.map(([part, megabytes]) => `${part} ${Math.round(megabytes)}`).join(', '),
  };
}

/** Stores the day, and waits until all of it is folded and learnt. @returns the log's head */
async function takeIn({ servers }: RunningSystem): Promise<number> {
  const log = await openDayLog(servers.natsUrl);
  const { connection, topology } = log;
  try {
    const end = Date.now();
    await storeItems(log, day, end, FRAME);
    await storeEvents(log, day, end, FRAME, 'visits');
    process.stderr.write(`stored ${day.events} events\n`);
    await folded({ ...log, hosts: 1 }, PREPARE_MS);
    process.stderr.write('folded\n');
    await learnt(connection, topology, PREPARE_MS);
    process.stderr.write('learnt\n');
    return await topology.log.head();
  } finally {
    await connection.close();
  }
}

/** One user of each partition, as they are now. */
async function remember(url: string): Promise<Known[]> {
  const users = new Map<number, string>();
  for (let n = 0; n < day.users && users.size < PARTITIONS; n++) {
    const user = `user-${String(n).padStart(8, '0')}`;
    const partition = partitionOf(user, PARTITIONS);
    if (!users.has(partition)) users.set(partition, user);
  }
  return Promise.all(
    [...users.values()].map(async (user) => ({ user, counters: await counters(url, user) })),
  );
}

async function counters(url: string, user: string): Promise<unknown> {
  const answer = await fetch(`${url}/v1/users/${user}/state`);
  return ((await answer.json()) as { counters?: unknown }).counters;
}

async function stopServers({ servers }: RunningSystem, atOnce: boolean): Promise<void> {
  const all = [servers.nats!, servers.postgres!, ...(servers.redis ? [servers.redis] : [])];
  await Promise.all(all.map((server) => (atOnce ? server.kill9() : server.stop())));
}

/** @returns seconds until the servers answer, and until every known user has had a right answer */
async function start(
  { servers, start: launch }: RunningSystem,
  known: readonly Known[],
  head: number,
): Promise<{ servers: number; answered: number }> {
  const began = performance.now();
  const all = [servers.nats!, servers.postgres!, ...(servers.redis ? [servers.redis] : [])];
  await Promise.all(all.map((server) => server.restart()));
  const up = (performance.now() - began) / 1_000;
  apps = await Promise.all([launch('gateway'), launch('actors'), launch('learner')]);
  const { url } = apps[0]!;
  for (const each of known)
    await until(`${each.user} has a right answer`, () => isRight(url, each, head), ANSWER_MS, 20);
  return { servers: up, answered: (performance.now() - began) / 1_000 };
}

async function isRight(url: string, { user, counters: before }: Known, head: number): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/v1/recommendations?user=${user}&n=10&after=${head}`);
    const list = (await answer.json()) as {
      items?: unknown[];
      degraded?: object;
      after?: { reached: boolean };
    };
    if (!answer.ok || list.degraded || !list.after?.reached || list.items?.length !== 10) return false;
    return isDeepStrictEqual(await counters(url, user), before);
  } catch {
    return false; // not there yet
  }
}
