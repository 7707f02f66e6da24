/**
 * 12. The wall clock of a host, of the learner or of a gateway jumps by an hour or a day, forth or back, and later returns, under load: no
 * lease changes hands, no tick closes a window before its time or fails to come, nothing is refused, and all states are those
 * of a fold of the log in a process whose clock is right.
 */
import { decodeFrame } from '#events';
import { sleep } from '#kernel';
import { attachTopology, connectNats } from '#log';
import { until } from '#testkit';
import { PARTITIONS, withSystem, type ChaosSystem, type PartitionStatus } from '../harness/chaos-system.js';
import { clockOffset, FakeTime, faketimeLibrary } from '../harness/fake-time.js';
import type { Scenario, Trial } from '../harness/scenario.js';

const HOUR = 3_600;
/** s */
const JUMPS = [HOUR, -HOUR, -24 * HOUR];
const EVENTS_BETWEEN = 100;
/** Lists are open, and nobody does anything: then a host dates ticks by its clock, once it has been quiet for long by that clock, ms. */
const QUIET_MS = 1_500;
/** How long a clock is wrong: several windows of two seconds, ms. */
const WRONG_MS = 3_000;
/** A tick's time may be ahead of the log's by this, ms. */
const AHEAD_MAX_MS = 1_000;

export const clockJumps: Scenario = {
  name: 'clock-jumps',
  promise: 12,
  about:
    'wall clocks of hosts, learner and gateway that jump by hours move no lease, close no window early, lose no event',
  rounds: { short: 3, long: 18, mutant: 9 },
  mutants: { 'wall-clock': 'every process believes its own wall clock' },
  needs: async () =>
    faketimeLibrary() ? undefined : 'libfaketime is not installed (`apt-get install faketime`)',
  run: (trial) =>
    withSystem(trial, { hosts: 0, gateways: 0 }, async (system) => {
      const clocks = await processesWithClocks(system);
      const before = system.load(trial, { userPrefix: 'before' });
      await before.start();
      await before.sent(EVENTS_BETWEEN);
      await before.stop();
      await quietJump(trial, clocks['host']!);
      const load = system.load(trial);
      await load.start();
      const owners = leasesOf(await system.shared(2));
      const wrong: Wrong[] = [];
      const names = Object.keys(clocks);
      for (let round = 0; round < trial.rounds; round++) {
        await trial.findings.mustCome(load.sent(EVENTS_BETWEEN));
        const name = names[round % names.length]!;
        const seconds =
          JUMPS[(round + Math.floor(round / names.length) + trial.random.below(3)) % JUMPS.length]!;
        wrong.push(await oneJump(trial, name, clocks[name]!, seconds));
      }
      await trial.findings.mustCome(load.sent(EVENTS_BETWEEN));
      const after = leasesOf(await system.shared(2));
      trial.findings.must(after === owners, `leases changed hands: ${owners} became ${after}`);
      trial.findings.must(
        load.refusals.length === 0,
        `${load.refusals.length} requests were refused: ${JSON.stringify(load.refusals[0])}`,
      );
      await trial.findings.mustCome(load.stop());
      await judgeTicks(system, trial, wrong);
      await system.prove(load);
      const different = await before.differing();
      trial.findings.must(different.length === 0, different.slice(0, 5).join('; '));
    }),
};

interface Clocked {
  readonly url: string;
  readonly clock: FakeTime;
}

interface Wrong {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

async function processesWithClocks(system: ChaosSystem): Promise<Record<string, Clocked>> {
  const clocked = async (app: 'actors' | 'learner' | 'gateway'): Promise<Clocked> => {
    const clock = new FakeTime(system.servers.folder, faketimeLibrary()!);
    const { url } = await system.add(app, clock.environment);
    return { url, clock };
  };
  await system.learner.child.stop();
  const [learner, host, gateway] = await Promise.all([
    clocked('learner'),
    clocked('actors'),
    clocked('gateway'),
  ]);
  await system.add('actors'); // another host, whose clock is right
  return { host, learner, gateway };
}

/** No tick comes of it that is ahead of the log: `judgeTicks` looks at all of them. */
async function quietJump({ findings }: Trial, host: Clocked): Promise<void> {
  await jumped('host', host, HOUR);
  findings.fault('quiet host +1 h');
  await sleep(QUIET_MS);
  await jumped('host', host, 0);
}

async function oneJump({ findings }: Trial, name: string, clocked: Clocked, seconds: number): Promise<Wrong> {
  const from = Date.now();
  await jumped(name, clocked, seconds);
  findings.fault(`${name} ${seconds > 0 ? '+' : ''}${seconds / HOUR} h`);
  await sleep(WRONG_MS);
  const to = Date.now();
  await jumped(name, clocked, 0);
  return { name, from, to };
}

/** @param seconds ahead of the right time; 0: right */
async function jumped(name: string, { url, clock }: Clocked, seconds: number): Promise<void> {
  clock.jump(seconds);
  await until(
    `the clock of the ${name} is ${seconds} s ahead`,
    async () => Math.abs((await clockOffset(url)) - seconds) < 5,
    10_000,
    100,
  );
}

function leasesOf(owned: readonly PartitionStatus[]): string {
  return owned
    .map(({ partition, hostId, epoch }) => `${partition}:${hostId}:${epoch}`)
    .sort()
    .join(' ');
}

/** Ticks are how time reaches a fold: none ahead of the log's own time, and some of every partition while a clock was wrong. */
async function judgeTicks(system: ChaosSystem, { findings }: Trial, wrong: readonly Wrong[]): Promise<void> {
  const ticks = await ticksIn(system.servers.natsUrl);
  const ahead = Math.max(...ticks.map(({ timestamp, appendedAt }) => timestamp - appendedAt));
  findings.did('ticks', ticks.length);
  findings.figure('ticks ahead of the log at most s', ahead / 1_000);
  findings.must(ahead <= AHEAD_MAX_MS, `a tick was ${ahead} ms ahead of the log: it closed windows early`);
  for (const { name, from, to } of wrong) {
    const during = ticks.filter(({ appendedAt }) => appendedAt > from + WRONG_MS / 3 && appendedAt < to);
    const subjects = new Set(during.map(({ subject }) => subject)).size;
    findings.must(
      subjects === PARTITIONS,
      `with the clock of the ${name} wrong only ${subjects} partitions had ticks`,
    );
  }
}

interface StoredTick {
  readonly subject: string;
  readonly timestamp: number;
  readonly appendedAt: number;
}

async function ticksIn(natsUrl: string): Promise<StoredTick[]> {
  const connection = await connectNats({ natsUrl });
  try {
    const settings = { namespace: 'default', log: { inFlightMax: 1, ackTimeoutMs: 5_000 } };
    const { log } = await attachTopology(connection, settings);
    const head = await log.head();
    const ticks: StoredTick[] = [];
    for await (const batch of log.read({ from: 1, until: head }))
      for (const { subject, payload, appendedAt } of batch) {
        for (const entry of decodeFrame(payload))
          if ('event' in entry && entry.event.kind === 'tick')
            ticks.push({ subject, timestamp: entry.event.timestamp, appendedAt });
      }
    return ticks;
  } finally {
    await connection.close();
  }
}
