/** 1. kill -9 of anything under load: nothing acknowledged is lost, no sample is doubled or missing, the weights are the log's. */
import { NO_REDIS, withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import type { Scenario } from '../harness/scenario.js';

/** Events acknowledged between two kills at least. */
const EVENTS_BETWEEN = 200;

const VICTIMS: Readonly<Record<string, (system: ChaosSystem) => Promise<void>>> = {
  gateway: (system) => system.replace('gateway'),
  'first host': (system) => system.replace('actors', 0),
  'second host': (system) => system.replace('actors', 1),
  learner: (system) => system.replace('learner'),
  NATS: ({ servers }) => again(servers.nats!),
  Postgres: ({ servers }) => again(servers.postgres!),
  Redis: ({ servers }) => again(servers.redis!),
};

async function again(server: { kill9(): Promise<void>; restart(): Promise<void> }): Promise<void> {
  await server.kill9();
  await server.restart();
}

export const kill9: Scenario = {
  name: 'kill-9',
  promise: 1,
  about: 'kill -9 of gateway, hosts, learner, NATS, Postgres and Redis under load loses and doubles nothing',
  rounds: { short: 7, long: 100 },
  mutants: {
    'emits-again': 'a host that takes over emits what its predecessor emitted already',
    'acknowledges-early': 'the gateway acknowledges before the log has the event',
  },
  run: (trial) =>
    withSystem(trial, { redis: true }, async (system) => {
      const load = system.load(trial);
      const victims = Object.keys(VICTIMS).filter((victim) => victim !== 'Redis' || system.servers.redis);
      if (!victims.includes('Redis')) trial.findings.leftOut('kill -9 of Redis', NO_REDIS);
      await load.start();
      for (let round = 0, due: string[] = []; round < trial.rounds; round++) {
        if (due.length === 0) due = [...victims]; // each once, in random order, before any twice
        const [victim] = due.splice(trial.random.below(due.length), 1) as [string];
        await load.sent(EVENTS_BETWEEN);
        await VICTIMS[victim]!(system);
        trial.findings.fault(`kill -9 of ${victim}`);
      }
      await load.sent(EVENTS_BETWEEN);
      await load.stop();
      trial.findings.enough(load.repeated > 0, 'no client noticed anything');
      trial.findings.seconds('event acknowledged', load.waits);
      await system.prove(load);
    }),
};
