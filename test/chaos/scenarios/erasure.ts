/**
 * 17. Persons are erased while a process dies, under load. Once the answer says that it is done, a text that stood in every field of theirs
 * is found nowhere: not in the files of log and apps, not in a row of Postgres, a key of Redis, or what an export can still read of
 * the log. Everybody else loses nothing, and the log still folds to what hosts and learner hold.
 */
import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { loadSettings } from '#config';
import { sleep } from '#kernel';
import { connectNats, DeadLetters, openTopology } from '#log';
import { until } from '#testkit';
import { Person } from '../../e2e/erasure/person.js';
import { tracesOf } from '../../e2e/erasure/traces.js';
import { NO_REDIS, withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import type { Scenario, Trial } from '../harness/scenario.js';

/** Those of the load. */
const ITEMS = Array.from({ length: 60 }, (_, i) => `item-${i}`);
const EVENTS_BETWEEN = 100;
/** An erasure begins, and so long after it at most the process dies, ms: it takes some 30 to 700. */
const DIES_WITHIN_MS = 400;
const DONE_WITHIN_MS = 60_000;
const AGAIN_MS = 100;
const TRY_MS = 15_000;
const MARK_LETTERS = 20;
const LETTERS = [...'abcdefghkmnpqrstuvwxyz'];

const VICTIMS: Readonly<Record<string, (system: ChaosSystem) => Promise<void>>> = {
  host: (system) => system.replace('actors', 0),
  gateway: (system) => system.replace('gateway'),
  Postgres: async ({ servers: { postgres } }) => {
    await postgres!.kill9();
    await postgres!.restart();
  },
  NATS: async ({ servers: { nats } }) => {
    await nats!.kill9();
    await nats!.restart();
  },
};

export const erasure: Scenario = {
  name: 'erasure',
  promise: 17,
  about: 'who is erased while a process dies is found nowhere afterwards, and nobody else loses anything',
  rounds: { short: 2, long: 24, mutant: 1 },
  mutants: {
    'keeps-keys': 'a checkpoint destroys no keys',
    'keeps-erased': 'the rows of erased users stay in the checkpoint',
    'keeps-letters': 'dead letters of who is erased stay',
    'keeps-lists': 'lists in the cache stay',
  },
  run: (trial) =>
    withSystem(
      trial,
      {
        hosts: 1,
        redis: true,
        environment: {
          REKAPPA_PRIVACY_SEAL_USERS: 'on',
          REKAPPA_PRIVACY_MASTER_KEY: randomBytes(32).toString('base64'),
        },
      },
      async (system) => {
        if (!system.servers.redis) trial.findings.leftOut('lists in Redis', NO_REDIS);
        const load = system.load(trial);
        await load.start();
        for (let round = 0; round < trial.rounds; round++) {
          await load.sent(EVENTS_BETWEEN);
          await oneRound(system, trial, round);
        }
        await load.sent(EVENTS_BETWEEN);
        await load.stop();
        await system.prove(load);
      },
    ),
};

async function oneRound(system: ChaosSystem, trial: Trial, round: number): Promise<void> {
  const { findings, random } = trial;
  const letters = Array.from({ length: MARK_LETTERS }, () => random.pick(LETTERS));
  const person = new Person(`Mx${letters.join('')}`, random);
  await lives(system, person, round);
  const before = await tracesOf(person.mark, system.servers);
  const seen = ['REKAPPA_DEAD', 'rekappa_actor', ...(system.servers.redis ? ['redis'] : [])];
  findings.enough(
    seen.every((place) => before.found[place]! > 0) && (await exported(system)).includes(person.mark),
    `the person left too few traces: ${Object.keys(before.found).join(', ')}`,
  );

  const victim = trial.nth(Object.keys(VICTIMS), round);
  const startedAt = performance.now();
  const erasing = erased(system, person);
  erasing.catch(() => undefined); // awaited below
  await sleep(random.below(DIES_WITHIN_MS));
  await VICTIMS[victim]!(system);
  findings.fault(`kill -9 of ${victim} during an erasure`);
  await findings.mustCome(erasing);
  findings.did('persons erased', 1);
  findings.figure('an erasure took s', (performance.now() - startedAt) / 1_000);

  const { found } = await tracesOf(person.mark, system.servers);
  const places = Object.keys(found);
  findings.must(places.length === 0, `erased, and still found in ${places.join(', ')}`);
  findings.must(!(await exported(system)).includes(person.mark), 'erased, and still read from the log');
  for (const id of [person.id, person.visitor]) {
    const { status } = await fetch(`${system.url()}/v1/users/${id}/state`);
    findings.must(status === 404, `the state of who is erased: ${status}`);
  }
}

/** Leaves all the traces there are: events, a state in Postgres, a list in the cache, a dead letter. */
async function lives(system: ChaosSystem, person: Person, round: number): Promise<void> {
  await system.post('/v1/events', person.events(ITEMS));
  await until(
    'the visitor is absorbed',
    async () => {
      const answer = await fetch(`${system.url()}/v1/users/${person.id}/state`);
      const state = (await answer.json()) as { counters?: { interactions: number } };
      return (state.counters?.interactions ?? 0) >= 4;
    },
    30_000,
    100,
  );
  await deadLetter(system, person, round);
  await until('the state is checkpointed', () => isCheckpointed(system, person.id), 30_000, 100);
  const query = new URLSearchParams({ user: person.id, scenario: person.mark });
  await fetch(`${system.url()}/v1/recommendations?${query}`);
  await until('a list is cached', async () => {
    if (!system.servers.redis) return true;
    return (await tracesOf(person.mark, system.servers)).found['redis']! > 0;
  });
}

async function isCheckpointed({ servers }: ChaosSystem, userId: string): Promise<boolean> {
  const source = await new DataSource({ type: 'postgres', url: servers.databaseUrl }).initialize();
  try {
    return (await source.query(`SELECT FROM rekappa_actor WHERE user_id = $1`, [userId])).length === 1;
  } finally {
    await source.destroy();
  }
}

/** What a reader could not use, and kept as it came. */
async function deadLetter({ system }: ChaosSystem, person: Person, index: number): Promise<void> {
  const settings = loadSettings(system.environment);
  const connection = await connectNats(settings);
  try {
    await new DeadLetters(await openTopology(connection, settings)).put({
      where: 'actors',
      reason: { code: 'REK_INVALID_EVENT', message: 'for the test' },
      source: { stream: 'REKAPPA_LOG', sequence: 1, index },
      raw: { kind: 'interaction', userId: person.id, itemId: 7, note: person.mark },
    });
  } finally {
    await connection.close();
  }
}

/** Asks until the answer says that it is done, as a client has to. */
async function erased(system: ChaosSystem, person: Person): Promise<void> {
  const once = async (): Promise<boolean> => {
    const answer = await fetch(`${system.url()}/v1/users/${person.id}`, {
      method: 'DELETE',
      signal: AbortSignal.timeout(TRY_MS),
    });
    return answer.status === 200 && ((await answer.json()) as { done: boolean }).done;
  };
  await until('an erasure is done', () => once().catch(() => false), DONE_WITHIN_MS, AGAIN_MS);
}

/** All events of the log that anybody can still read. */
async function exported({ cli }: ChaosSystem): Promise<string> {
  let out = '';
  const read = async (): Promise<boolean> => {
    const run = await cli.run('export');
    ({ out } = run);
    return run.code === 0;
  };
  await until('the log is exported', read, 30_000, 500);
  return out;
}
