/**
 * 9. Parts of the system go away while lists are asked for without pause: every answer is a 200 with items, soon, and one
 * that no host made says so, with the reason and where the list came from.
 *
 * Staleness: of a substitute, the age of the list (time since a host last answered that user); of a live answer while
 * the learner is down, the age of the host's model.
 */
import { sleep } from '#kernel';
import { FaultProxy, until } from '#testkit';
import { NO_REDIS, withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import { ListClients, p99Ms, type ListSample } from '../harness/list-clients.js';
import type { Findings } from '../harness/findings.js';
import type { Scenario } from '../harness/scenario.js';

const TIMEOUT_MS = 500;
/** Over the deadline of a request, for two shared cores, ms. */
const SLACK_MS = 250;
const FAULT_MS = 3_000;
const AGAIN_MS = 30_000;
/** Clients learn within this that somebody else owns their user: leases and retries, answers. */
const LEAST_ANSWERS = 20;

interface Fault {
  readonly begin: () => void | Promise<void>;
  readonly end: () => void | Promise<void>;
  /** Whether no host can be asked meanwhile: then answers must be substitutes. */
  readonly cutsHosts: boolean;
}

export const degraded: Scenario = {
  name: 'degraded',
  promise: 9,
  about:
    'with Redis, Postgres, learner, hosts or NATS away every list is answered, soon, and says what it lacks',
  rounds: { short: 1, long: 5 },
  mutants: { 'no-substitutes': 'the gateway has nothing but what a host answers' },
  run: async (trial) => {
    const { findings } = trial;
    const options = {
      hosts: 0,
      gateways: 0,
      redis: true,
      environment: { REKAPPA_SERVING_TIMEOUT_MS: String(TIMEOUT_MS) },
    };
    await withSystem(trial, options, async (system) => {
      const store = await FaultProxy.before(system.servers.databaseUrl);
      const nats = await FaultProxy.before(system.servers.natsUrl);
      await system.add('actors', { DATABASE_URL: store.url });
      await system.add('gateway', { NATS_URL: nats.url });
      const load = system.load(trial, { pauseMs: 50 });
      await load.start();
      await load.sent(200);
      await load.stop();
      const clients = new ListClients(system.url, 40);
      const modelAges: number[] = [];
      if (!system.servers.redis) findings.leftOut('Redis killed', NO_REDIS);
      for (let round = 0; round < trial.rounds; round++)
        for (const [name, fault] of Object.entries(faults(system, store, nats, modelAges)))
          await underFault(name, fault, clients, findings);
      await clients.stop();
      findings.figure('age of the model with the learner away max s', Math.max(...modelAges));
      await Promise.all([store.stop(), nats.stop()]);
    });
  },
};

/** @param modelAges filled by the fault of the learner, s */
function faults(
  system: ChaosSystem,
  store: FaultProxy,
  nats: FaultProxy,
  modelAges: number[],
): Record<string, Fault> {
  const { servers } = system;
  return {
    ...(servers.redis && {
      'Redis killed': {
        begin: () => servers.redis!.kill9(),
        end: () => servers.redis!.restart(),
        cutsHosts: false,
      },
    }),
    'Postgres frozen': { begin: () => store.freeze(), end: () => store.heal(), cutsHosts: false },
    'learner killed': {
      begin: async () => void (await system.learner.child.kill9()),
      end: async () => {
        modelAges.push(await metric(system.hosts[0]!.url, 'rekappa_model_age_seconds'));
        await system.add('learner');
      },
      cutsHosts: false,
    },
    'host restarted': {
      begin: async () => void (await system.hosts[0]!.child.kill9()),
      end: async () => {
        system.hosts.length = 0;
        await system.add('actors', { DATABASE_URL: store.url });
      },
      cutsHosts: true,
    },
    'NATS cut': { begin: () => nats.cut(), end: () => nats.heal(), cutsHosts: true },
    'NATS frozen': { begin: () => nats.freeze(), end: () => nats.heal(), cutsHosts: true },
  };
}

async function underFault(
  name: string,
  fault: Fault,
  clients: ListClients,
  findings: Findings,
): Promise<void> {
  await until('answers are live', () => clients.lastAreLive(LEAST_ANSWERS), AGAIN_MS, 50);
  const from = clients.samples.length;
  await fault.begin();
  findings.fault(name);
  await sleep(FAULT_MS); // the fault takes the time it takes
  const during = clients.samples.slice(from);
  await fault.end();
  const healedAt = performance.now();
  await until('answers are live again', () => clients.lastAreLive(LEAST_ANSWERS), AGAIN_MS, 20);
  const back = (performance.now() - healedAt) / 1000;
  const samples = clients.samples.slice(from);
  judge(name, fault, during, samples, findings);
  findings.figure(`${name}: live again after s`, back);
}

function judge(
  name: string,
  fault: Fault,
  during: readonly ListSample[],
  samples: readonly ListSample[],
  findings: Findings,
): void {
  const good = samples.filter(({ ok }) => ok);
  const substitutes = samples.filter(({ reason }) => reason !== undefined);
  findings.did('lists asked for', samples.length);
  findings.figure(`${name}: answered %`, (100 * good.length) / samples.length);
  findings.figure(`${name}: substitutes %`, (100 * during.filter((s) => s.reason).length) / during.length);
  findings.figure(`${name}: p99 ms`, p99Ms(samples));
  if (substitutes.length > 0)
    findings.figure(
      `${name}: substitute's age max s`,
      Math.max(...substitutes.map(({ ageSeconds }) => ageSeconds)),
    );
  findings.enough(samples.length >= LEAST_ANSWERS, `${name}: only ${samples.length} lists were asked for`);
  findings.must(
    good.length === samples.length,
    `${name}: ${samples.length - good.length} of ${samples.length} not answered: ${samples.find(({ ok }) => !ok)?.what}`,
  );
  findings.must(
    p99Ms(samples) <= TIMEOUT_MS + SLACK_MS,
    `${name}: p99 is over the deadline of ${TIMEOUT_MS} ms`,
  );
  if (fault.cutsHosts)
    findings.must(
      during.some((s) => s.reason),
      `${name}: no answer said that it is degraded`,
    );
  else
    findings.must(
      substitutes.length === 0,
      `${name}: ${substitutes.length} lists were not live: ${substitutes[0]?.reason}`,
    );
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:{.*})? (.*)$`, 'm').exec(text)?.[1] ?? NaN);
}
