/**
 * 8. Ten times as many requests as a gateway takes at once; many large ones while the log stands still; then the learner stopped, then
 * Postgres stopped, under the usual load. What cannot be taken is refused at once with 429 or 503 and a time to wait; the memory of
 * every process stays bounded; what was acknowledged is folded and learnt afterwards, once.
 */
import { execFileSync } from 'node:child_process';
import { sleep } from '#kernel';
import { withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import { refusalOf, type Load, type Refusal } from '../harness/load.js';
import { MemoryWatch } from '../harness/memory-watch.js';
import type { Scenario, Trial } from '../harness/scenario.js';

/** Most requests that the gateway works on at once. */
const IN_FLIGHT_MAX = 6;
const OVERLOAD = 10;
/** A phase of a round, ms. */
const PHASE_MS = 3_000;
/** More growth in a phase than this is not bounded, MB: queues of tens of megabytes, and what V8 has not collected yet. */
const GROWTH_MAX = 300;
/** Of NATS, which keeps the blocks that it has just written: what came while it stood still is some 200 MB. */
const NATS_GROWTH_MAX = 600;
/** Requests of nearly a megabyte: all of them held at once, as they came and as they wait, are far more than GROWTH_MAX. */
const LARGE_REQUESTS = 200;
const ITEMS_OF_LARGE = 60;
const ATTRIBUTES_OF_LARGE = 15;
const TEXT_OF_LARGE = 1_000;
const LARGE_AGAIN_MS = 500;
const LARGE_WITHIN_MS = 60_000;
const REFUSALS_LEAST = 20;
const EVENTS_LEAST = 200;

export const overload: Scenario = {
  name: 'overload',
  promise: 8,
  about: `${OVERLOAD} times too many requests, a stopped learner or Postgres: refused in time, in bounded memory, and caught up with`,
  rounds: { short: 1, long: 5 },
  mutants: {
    'takes-everything': 'the gateway begins to work on every request, however many it has',
    'queues-everything': '… and its publisher queues whatever the log has not taken',
  },
  run: (trial) =>
    withSystem(
      trial,
      { hosts: 1, environment: { REKAPPA_HTTP_IN_FLIGHT_MAX: String(IN_FLIGHT_MAX) } },
      async (system) => {
        const load = system.load(trial);
        await load.start();
        await load.sent(EVENTS_LEAST);
        for (let round = 0; round < trial.rounds; round++) {
          await flood(system, trial, round);
          await stalled(system, trial);
          await under('learner stopped', system, trial, load, () => [system.learner.child.pid]);
          await under('Postgres stopped', system, trial, load, () => family(system.servers.postgres!.pid));
        }
        await load.stop();
        judge(trial, load.refusals);
        await system.prove(load);
      },
    ),
};

async function flood(system: ChaosSystem, trial: Trial, round: number): Promise<void> {
  const clients = OVERLOAD * IN_FLIGHT_MAX;
  const many = system.load(trial, { clients, pauseMs: 0, userPrefix: `flood${round}` });
  await watched('overload', system, trial, async () => {
    await many.start();
    trial.findings.fault(`${OVERLOAD} times too many requests`);
    await sleep(PHASE_MS); // the flood takes the time it takes
    await many.stop();
  });
  const { findings } = trial;
  findings.did('refusals in the flood', many.refusals.length);
  findings.did('events acknowledged in the flood', many.acknowledged);
  findings.must(many.refusals.length >= REFUSALS_LEAST, `only ${many.refusals.length} requests were refused`);
  findings.must(many.acknowledged >= EVENTS_LEAST, `only ${many.acknowledged} events got through the flood`);
  judge(trial, many.refusals);
  await drained('overload', trial, many);
}

/** The log stands still while many large requests come. Each comes again until it is acknowledged. */
async function stalled(system: ChaosSystem, trial: Trial): Promise<void> {
  const { findings } = trial;
  const refusals: Refusal[] = [];
  const acknowledged = async (client: number): Promise<void> => {
    for (let waited = 0; waited < LARGE_WITHIN_MS; waited += LARGE_AGAIN_MS) {
      const answer = await fetch(`${system.url()}/v1/items`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: largeItems(client),
      });
      if (answer.status === 202) return;
      refusals.push(await refusalOf(answer));
      await sleep(LARGE_AGAIN_MS);
    }
    throw new Error('a large request was not acknowledged in time');
  };
  await watched('log stopped', system, trial, async () => {
    process.kill(system.servers.nats!.pid, 'SIGSTOP');
    findings.fault('log stopped');
    const sent = Promise.all(Array.from({ length: LARGE_REQUESTS }, (_, client) => acknowledged(client)));
    sent.catch(() => undefined); // awaited below
    await sleep(PHASE_MS);
    process.kill(system.servers.nats!.pid, 'SIGCONT');
    await findings.mustCome(sent);
  });
  findings.did('large requests', LARGE_REQUESTS);
  findings.figure('log stopped: refusals', refusals.length);
  judge(trial, refusals);
}

function largeItems(client: number): string {
  const attributes = Object.fromEntries(
    Array.from({ length: ATTRIBUTES_OF_LARGE }, (_, i) => [`a${i}`, `${client}`.padEnd(TEXT_OF_LARGE, 'x')]),
  );
  return JSON.stringify(
    Array.from({ length: ITEMS_OF_LARGE }, (_, i) => ({ id: `large-${i}`, hidden: true, attributes })),
  );
}

/** The processes stand still for a while, under the usual load, and go on. */
async function under(
  what: string,
  system: ChaosSystem,
  trial: Trial,
  load: Load,
  pidsOf: () => readonly number[],
): Promise<void> {
  const before = load.acknowledged;
  await watched(what, system, trial, async () => {
    const pids = pidsOf();
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    trial.findings.fault(what);
    await sleep(PHASE_MS);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  });
  const events = load.acknowledged - before;
  trial.findings.did(`events acknowledged with ${what}`, events);
  trial.findings.must(events >= EVENTS_LEAST / 2, `${what}: only ${events} events were acknowledged`);
}

async function watched(
  what: string,
  system: ChaosSystem,
  { findings }: Trial,
  work: () => Promise<void>,
): Promise<void> {
  const memory = new MemoryWatch({
    gateway: system.gateways[0]!.child.pid,
    host: system.hosts[0]!.child.pid,
    learner: system.learner.child.pid,
    NATS: system.servers.nats!.pid,
  });
  await work();
  for (const [name, growth] of Object.entries(memory.stop())) {
    findings.figure(`${what}: ${name} grew by MB`, growth);
    const most = name === 'NATS' ? NATS_GROWTH_MAX : GROWTH_MAX;
    findings.must(growth <= most, `${what}: the memory of ${name} grew by ${growth} MB`);
  }
}

function judge({ findings }: Trial, refusals: readonly Refusal[]): void {
  const bare = refusals.filter(
    ({ status, retryAfter }) => !(status === 429 || status === 503) || !(retryAfter! > 0),
  );
  findings.must(
    bare.length === 0,
    `${bare.length} refusals were no 429 or 503 with Retry-After: ${JSON.stringify(bare[0])}`,
  );
}

/** All that the flood's users were told is acknowledged is folded; the load of the run is still going on. */
async function drained(what: string, { findings }: Trial, many: Load): Promise<void> {
  const startedAt = performance.now();
  for (let different = await many.differing(); different.length > 0; different = await many.differing()) {
    if (performance.now() - startedAt > 60_000) {
      findings.must(false, `${what}: not drained: ${different.slice(0, 3).join('; ')}`);
      return;
    }
    await sleep(200);
  }
  findings.figure(`${what}: drained after s`, (performance.now() - startedAt) / 1000);
}

/** The process and its children. */
function family(pid: number): number[] {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return [pid, ...children.split('\n').filter(Boolean).map(Number)];
}
