/**
 * Scaling: what an event costs as users grow, and as hosts are added on this machine.
 *
 *     npm run bench -- scaling [--events 400000] [--users 10000,100000,1300000] [--hosts 1,2,4] [--json]
 *
 * The same number of events of about 500 bytes (bench/seed-day/day.ts), spread over more and more users, is folded from JetStream by
 * one host that knows nothing yet; then over the middle number of users by more hosts. The cost is the processor time of the
 * hosts: it does not count what else runs on the machine, nor the waiting for NATS. What a start with the items alone costs is
 * taken off.
 */
import { parseArgs } from 'node:util';
import { startSystem, type RunningSystem } from '#testkit';
import { printReport, type Figure } from './report/bench-report.js';
import { openDayLog, PARTITIONS, storeEvents, storeItems, type DayLog } from './seed-day/day-log.js';
import type { Day } from './seed-day/day.js';
import { cpuSeconds } from './serving/processes.js';
import { folded } from './system/status.js';

const ITEMS = 10_000;
const FRAME = 100;
const FOLD_MS = 30 * 60_000;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '400000' },
    users: { type: 'string', default: '10000,100000,1300000' },
    hosts: { type: 'string', default: '1,2,4' },
    json: { type: 'boolean', default: false },
  },
});
const events = Number(values.events);
const users = values.users.split(',').map(Number);
const hosts = values.hosts.split(',').map(Number);
const middle = users[Math.floor(users.length / 2)]!;

const figures: Figure[] = [];
let first: number | undefined;
for (const count of users) {
  const { microseconds } = await cost({ users: count, items: ITEMS, events }, 1);
  first ??= microseconds;
  figures.push({
    name: `${count.toLocaleString('en')} users, one host`,
    value: microseconds,
    unit: 'µs of processor an event',
    limit: { name: `${users[0]!.toLocaleString('en')} users`, value: first },
  });
}
let alone: number | undefined;
for (const count of hosts) {
  const { rate, microseconds } = await cost({ users: middle, items: ITEMS, events }, count);
  alone ??= rate;
  figures.push({
    name: `${middle.toLocaleString('en')} users, ${count} host${count === 1 ? '' : 's'}`,
    value: rate,
    unit: 'events/s',
    limit: { name: `${hosts[0]!} host`, value: alone },
    note: `${microseconds.toFixed(1)} µs of processor an event`,
  });
}
printReport('scaling', figures, { events, items: ITEMS, eventsPerFrame: FRAME });

interface Cost {
  /** Processor time of all hosts, µs an event. */
  readonly microseconds: number;
  /** Events a second, of the clock on the wall. */
  readonly rate: number;
}

async function cost(day: Day, count: number): Promise<Cost> {
  const system = await startSystem({
    gateways: 0,
    hosts: 0,
    learner: false,
    environment: { REKAPPA_LOG_PARTITIONS: String(PARTITIONS), REKAPPA_LOG_LEVEL: 'warn' },
  });
  try {
    const log = await openDayLog(system.servers.natsUrl);
    const end = Date.now();
    await storeItems(log, day, end, FRAME);
    const hosts = { ...log, hosts: count };
    const boot = await run(system, hosts);
    await storeEvents(log, day, end, FRAME, 'visits');
    const whole = await run(system, hosts);
    await log.connection.close();
    process.stderr.write(`${day.users} users, ${count} hosts: ${whole.seconds.toFixed(1)} s\n`);
    return {
      microseconds: ((whole.cpu - boot.cpu) / day.events) * 1e6,
      rate: day.events / (whole.seconds - boot.seconds),
    };
  } finally {
    await system.stop();
  }
}

interface Hosts extends DayLog {
  readonly hosts: number;
}

/** Starts hosts, lets them fold the log, and ends them. @returns seconds of their processors, and on the wall */
async function run(system: RunningSystem, hosts: Hosts): Promise<{ cpu: number; seconds: number }> {
  const began = performance.now();
  const started = await Promise.all(Array.from({ length: hosts.hosts }, () => system.start('actors')));
  await folded(hosts, FOLD_MS);
  const seconds = (performance.now() - began) / 1_000;
  const used = Object.values(
    cpuSeconds(Object.fromEntries(started.map(({ name, child }) => [name, child.pid]))),
  );
  await Promise.all(started.map(({ child }) => child.stop()));
  return { cpu: used.reduce((sum, s) => sum + s, 0), seconds };
}
