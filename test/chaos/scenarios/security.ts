/**
 * 18. A deployment with keys, under load, and people who want more than is theirs: strangers at every route, hostile input, a key that floods,
 * an administrator who rewrites the audit trail, while the key of the load is exchanged. Each is refused, or named, and no
 * request of the load fails.
 */
import { Campaign } from '../../fuzz/campaign.js';
import { Target } from '../../fuzz/target.js';
import { PARTITIONS, withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import type { Load } from '../harness/load.js';
import type { Scenario, Trial } from '../harness/scenario.js';
import { flood, FLOOD_EVENTS_PER_SECOND, NEIGHBOUR_EVENTS_PER_SECOND } from '../security/flood.js';
import { Keys, presenting } from '../security/keys.js';
import { trailIsRewritten } from '../security/rewritten-trail.js';
import { Rotation } from '../security/rotation.js';
import { strangersCall } from '../security/strangers.js';

/** No key, no right, too many events. */
const SHUT_OUT: ReadonlySet<number> = new Set([401, 403, 429]);
const FUZZ_CASES = 300;
const FUZZ_MS = 120_000;
const EVENTS_A_ROUND_MIN = 100;

export const security: Scenario = {
  name: 'security',
  promise: 18,
  about:
    'nobody does what is not theirs: strangers, floods and hostile input are refused, a rewritten audit trail is named',
  rounds: { short: 1, long: 20 },
  mutants: {
    'no-scopes': 'every key may do everything',
    'any-namespace': 'a key is good in every namespace',
    'keys-for-ever': 'keys have no end',
    'requests-not-events': 'rates count requests, not events',
    'unchecked-audit': 'the audit trail is believed by the hashes that stand in it',
  },
  run: (trial) => {
    const keys = new Keys(trial.seed);
    keys.put('load-0', { scopes: ['admin'] });
    keys.put('fuzz', { scopes: ['admin'] });
    for (const scope of ['read', 'write'] as const) keys.put(scope, { scopes: [scope] });
    keys.put('elsewhere', { scopes: ['admin'], namespace: 'acme' });
    keys.put('flood', { scopes: ['write'], eventsPerSecond: FLOOD_EVENTS_PER_SECOND });
    keys.put('neighbour', { scopes: ['write'], eventsPerSecond: NEIGHBOUR_EVENTS_PER_SECOND });
    // On a busy machine a second is no hang.
    const environment = { ...keys.environment, REKAPPA_SERVING_TIMEOUT_MS: '10000' };
    return withSystem(trial, { hosts: 1, environment }, async (system) => {
      system.cli.nodeOptions = trial.preload()['NODE_OPTIONS']!;
      let loadKey = keys.of('load-0');
      const load = system.load(trial, { lists: 2, pauseMs: 50, key: () => loadKey });
      await load.start();
      for (let round = 0; round < trial.rounds; round++) {
        const sentBefore = load.acknowledged;
        const [from, to] = [`load-${round}`, `load-${round + 1}`];
        const changeOver = (key: string): string => (loadKey = key);
        const rotation = await Rotation.begin(system, trial.findings, keys, from, to, changeOver);
        await strangersCall(system.url(), keys, trial);
        await hostileInput(system, keys.of('fuzz'), trial, round);
        await flood(system.url(), keys, trial, round);
        await trailIsRewritten(system, trial, () => lookAtSomebody(system.url(), loadKey));
        await rotation.end();
        keys.remove(from);
        const sent = load.acknowledged - sentBefore;
        trial.findings.enough(sent >= EVENTS_A_ROUND_MIN, `${sent} events of the load in a round`);
      }
      await stopped(load, trial);
    });
  },
};

/** What needs `admin`, and stands in the trail. */
function lookAtSomebody(url: string, key: string): Promise<string> {
  return fetch(`${url}/v1/users/user-1/state`, { headers: presenting(key) }).then((answer) => answer.text());
}

/** The fuzzer's next inputs, at every route and subject. */
async function hostileInput(system: ChaosSystem, key: string, trial: Trial, round: number): Promise<void> {
  const target = await Target.attach({
    natsUrl: system.servers.natsUrl,
    partitions: PARTITIONS,
    apps: [...system.gateways, ...system.hosts, system.learner] as [typeof system.learner],
    key,
  });
  try {
    const { cases, defects, answers } = await Campaign.run(target, {
      seed: trial.seed,
      from: round * FUZZ_CASES,
      to: (round + 1) * FUZZ_CASES,
      endAt: performance.now() + FUZZ_MS,
    });
    trial.findings.fault('hostile inputs', cases);
    trial.findings.enough(
      cases === FUZZ_CASES,
      `${cases} of ${FUZZ_CASES} hostile inputs within ${FUZZ_MS} ms`,
    );
    const through = Object.values(answers).filter((counts) =>
      Object.keys(counts).some((is) => is.startsWith('2')),
    );
    trial.findings.enough(through.length > 5, 'the key of the fuzzer opened hardly a door');
    for (const { what, replay } of defects) trial.findings.must(false, `${what}; again: ${replay}`);
  } finally {
    await target.stop();
  }
}

async function stopped(load: Load, { findings }: Trial): Promise<void> {
  await findings.mustCome(load.stop());
  const shutOut = load.refusals.filter(({ status }) => SHUT_OUT.has(status));
  findings.must(
    shutOut.length === 0,
    `${shutOut.length} requests of the load were refused: ${JSON.stringify(shutOut[0])}`,
  );
  // A deadline that passes on a busy machine is not for want of a key.
  findings.enough(
    load.repeated === 0,
    `${load.repeated} requests of the load failed: ${JSON.stringify(load.refusals[0])}`,
  );
}
