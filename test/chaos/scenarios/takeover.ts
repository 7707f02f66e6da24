/**
 * 4. A host dies, freezes or is cut off: from then until each of its users gets a correct answer again. Correct is an
 * answer of a live host that has counted every acknowledged click of the user, the one made after the fault too; the state
 * is asked for, since a list cannot be wrong so plainly.
 */
import { partitionOf, sleep } from '#kernel';
import { FaultProxy, type AppProcess } from '#testkit';
import { LEASE_MS, PARTITIONS, withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import type { Load } from '../harness/load.js';
import type { Scenario, Trial } from '../harness/scenario.js';

const LEASES_MAX = 2;
const GIVEN_UP_MS = 60_000;
const ASK_EVERY_MS = 20;

interface Victim {
  readonly hostId: string;
  readonly host: AppProcess;
  readonly proxy: FaultProxy;
}

/** A fault, and how it ends. */
const FAULTS: Readonly<Record<string, (victim: Victim) => { heal(): void } | undefined>> = {
  kill: ({ host }) => void host.child.kill9(),
  freeze: ({ host }) => {
    process.kill(host.child.pid, 'SIGSTOP');
    return { heal: () => process.kill(host.child.pid, 'SIGCONT') };
  },
  cut: ({ proxy }) => {
    proxy.cut();
    return { heal: () => proxy.heal() };
  },
};

export const takeover: Scenario = {
  name: 'takeover',
  promise: 4,
  about: `after kill, freeze or cut of a host its users get correct answers within ${LEASES_MAX} leases`,
  rounds: { short: 3, long: 60 },
  mutants: { 'long-leases': 'leases live three times as long as they are said to' },
  run: (trial) =>
    withSystem(
      trial,
      { hosts: 0, environment: { REKAPPA_SERVING_TIMEOUT_MS: '300', REKAPPA_ACTORS_AFTER_WAIT_MS: '200' } },
      async (system) => {
        const load = system.load(trial);
        const victims = [await behindProxy(system, 0), await behindProxy(system, 1)];
        await load.start();
        const all: number[] = [];
        for (let round = 0; round < trial.rounds; round++) {
          const fault = Object.keys(FAULTS)[round % 3]!;
          const at = trial.random.below(2);
          const seconds = await oneTakeover(system, load, trial, fault, victims[at]!);
          all.push(...seconds);
          trial.findings.fault(fault);
          if (fault === 'kill') victims[at] = await behindProxy(system, round + 2);
        }
        await load.stop();
        trial.findings.did('partitions taken over', all.length);
        trial.findings.seconds('correct again after', all);
        trial.findings.figure('lease s', LEASE_MS / 1000);
        trial.findings.enough(all.length >= trial.rounds * (PARTITIONS / 2), 'too few partitions moved');
        const late = all.filter((s) => s > (LEASES_MAX * LEASE_MS) / 1000);
        trial.findings.must(
          late.length === 0,
          `${late.length} of ${all.length} later than ${LEASES_MAX} leases`,
        );
        await system.prove(load);
        for (const { proxy } of victims) await proxy.stop();
      },
    ),
};

async function behindProxy(system: ChaosSystem, serial: number): Promise<Victim> {
  const proxy = await FaultProxy.before(system.servers.natsUrl);
  const hostId = `victim-${serial}`;
  const host = await system.add('actors', { NATS_URL: proxy.url, REKAPPA_ACTORS_HOST_ID: hostId });
  return { hostId, host, proxy };
}

/** @returns seconds to the first correct answer, of each partition of the victim */
async function oneTakeover(
  system: ChaosSystem,
  load: Load,
  trial: Trial,
  fault: string,
  victim: Victim,
): Promise<number[]> {
  const owned = await system.shared(2);
  const users = owned
    .filter((each) => each.hostId === victim.hostId)
    .map(({ partition }) => userOf(partition, trial.random.below(2 ** 32)));
  for (const user of users) await load.click(user);
  const from = performance.now();
  const healing = FAULTS[fault]!(victim);
  const seconds = await Promise.all(users.map((user) => firstCorrect(system, load, trial, user, from)));
  healing?.heal();
  return seconds;
}

async function firstCorrect(
  system: ChaosSystem,
  load: Load,
  trial: Trial,
  user: string,
  from: number,
): Promise<number> {
  const after = await load.click(user);
  while (performance.now() - from < GIVEN_UP_MS) {
    const answer = await fetch(`${system.url()}/v1/users/${user}/state?after=${after}`);
    if (answer.ok) {
      const state = (await answer.json()) as State;
      if (state.after.reached) {
        const right = state.counters.byType.click === load.clicks[user];
        trial.findings.must(right, `${user}: an answer that said it was up to date was wrong`);
        if (right) return (performance.now() - from) / 1000;
      }
    }
    await sleep(ASK_EVERY_MS);
  }
  throw new Error(`no correct answer for ${user} within ${GIVEN_UP_MS} ms`);
}

interface State {
  readonly after: { readonly reached: boolean };
  readonly counters: { readonly byType: { readonly click?: number } };
}

/** A user of the partition whom the load does not know. */
function userOf(partition: number, salt: number): string {
  for (let i = 0; ; i++) {
    const user = `asker-${salt}-${i}`;
    if (partitionOf(user, PARTITIONS) === partition) return user;
  }
}
