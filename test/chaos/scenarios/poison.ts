/**
 * 7. Thousands of entries that nobody can use, straight into the log amid real traffic: bad JSON, unknown versions and kinds,
 * NaN, absurd values, payloads of a megabyte, and events whose fold throws half way (a defect built in for the purpose). All of them,
 * and nothing else, stand in the dead stream; all else is what a fold of the log makes, which leaves out the same; lists are
 * answered meanwhile. Then `rekappa dead` lists, retries (with the defect mended) and drops them.
 */
import { loadSettings } from '#config';
import { partitionOf, until } from '#kernel';
import { connectNats, openTopology, type LogTopology } from '#log';
import { BAD_EVENTS, badEventText } from '#testkit';
import { withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import { ListClients } from '../harness/list-clients.js';
import type { Scenario, Trial } from '../harness/scenario.js';

const POISON_EACH = 5_000;
/** Of them: payloads of a megabyte, and events whose fold throws. */
const LARGE_EACH = 10;
const THROWING_EACH = 3;
const TOGETHER = 100;
/** Lists with and without poison around them. */
const LISTS = 400;
const POISONOUS_USER = 'user-of-poison';
/** See mutants/fold-throws.ts. */
const POISONOUS_ITEM = 'item-poisonous';
const DEAD_MS = 60_000;

export const poison: Scenario = {
  name: 'poison',
  promise: 7,
  about: 'what cannot be used stands in the dead stream, delays nobody and leaves no trace',
  rounds: { short: 2, long: 10 },
  mutants: {
    'drops-letters': 'every tenth letter is lost',
    'leaves-traces': 'a rebuild does not undo what threw',
  },
  run: (trial) => {
    const defect = trial.preload('fold-throws');
    return withSystem(trial, { hosts: 1, environment: defect }, async (system) => {
      system.cli.nodeOptions = defect['NODE_OPTIONS']!;
      const settings = loadSettings(system.system.environment);
      const nats = await connectNats(settings);
      try {
        const topology = await openTopology(nats, settings);
        const expected = await underLoad(system, trial, topology);
        await judge(system, trial, expected);
      } finally {
        await nats.close();
      }
    });
  },
};

/** Dead letters by code. */
type Expected = Map<string, number>;

async function underLoad(system: ChaosSystem, trial: Trial, topology: LogTopology): Promise<Expected> {
  const { findings } = trial;
  const expected: Expected = new Map();
  const load = system.load(trial, { pauseMs: 60 });
  await load.start();
  await load.sent(400);
  const lists = new ListClients(system.url, 40);
  await until('lists are answered', () => lists.lastAreLive(20), 30_000);
  const p99 = async (from: number, work: () => Promise<void>): Promise<number> => {
    await work();
    const times = lists.samples.slice(from).map(({ ms }) => ms);
    return times.sort((a, b) => a - b)[Math.floor(0.99 * times.length)]!;
  };
  const enough = async (from: number): Promise<void> =>
    until('enough lists', () => lists.samples.length >= from + LISTS, 60_000);
  const before = lists.samples.length;
  findings.figure('lists without poison: p99 ms', await p99(before, () => enough(before)));
  const during = lists.samples.length;
  findings.figure(
    'lists amid poison: p99 ms',
    await p99(during, async () => {
      for (let round = 0; round < trial.rounds; round++) await publish(trial, topology, round, expected);
      await enough(during);
    }),
  );
  await lists.stop();
  await load.stop();
  const amid = lists.samples.slice(during);
  const unanswered = amid.filter(({ ok }) => !ok).length;
  // While a partition restores itself for an event whose fold threw, its users get substitutes.
  findings.figure('substitutes amid poison', amid.filter(({ reason }) => reason !== undefined).length);
  findings.did('lists amid poison', lists.samples.length - during);
  findings.must(unanswered === 0, `${unanswered} lists were not answered`);
  await system.prove(load);
  return expected;
}

/** Publishes a round of poison, many at a time, in random order. */
async function publish(
  { random, findings }: Trial,
  { log, subjects, partitions }: LogTopology,
  round: number,
  expected: Expected,
): Promise<void> {
  for (let sent = 0; sent < POISON_EACH; sent += TOGETHER) {
    await Promise.all(
      Array.from({ length: TOGETHER }, async (_, i) => {
        const nth = sent + i;
        const { subject, text, code, what } = entry(random, `${round}-${nth}`, nth);
        findings.fault(what);
        expected.set(code, (expected.get(code) ?? 0) + 1);
        const partition = partitionOf(POISONOUS_USER, partitions);
        await log.append(subject === 'item' ? subjects.item : subjects.user(partition), Buffer.from(text));
      }),
    );
  }
}

interface Entry {
  readonly what: string;
  readonly subject: 'user' | 'item';
  readonly text: string;
  readonly code: string;
}

function entry(random: Trial['random'], name: string, nth: number): Entry {
  const base = { eventId: `poison-${name}`, userId: POISONOUS_USER, itemId: 'item-1', timestamp: Date.now() };
  const event = { kind: 'interaction', ...base, type: 'click' };
  const every = (count: number): boolean => nth % Math.ceil(POISON_EACH / count) === 0;
  if (every(THROWING_EACH))
    return {
      what: 'events whose fold throws',
      subject: 'user',
      text: JSON.stringify({ ...event, itemId: POISONOUS_ITEM }),
      code: 'REK_INTERNAL',
    };
  if (every(LARGE_EACH))
    return {
      what: 'payloads of a megabyte',
      subject: 'user',
      text: JSON.stringify({ ...event, itemId: 'x'.repeat(1_000_000) }),
      code: 'REK_BODY_TOO_LARGE',
    };
  if (random.below(4) === 0)
    return { what: 'no JSON', subject: 'user', text: '{"kind":', code: 'REK_INVALID_JSON' };
  const bad = random.pick(SMALL);
  return {
    what: bad.code === 'REK_UNKNOWN_VERSION' ? 'unknown versions' : 'bad values',
    subject: bad.kind === 'upsert' ? 'item' : 'user',
    text: badEventText(bad, base),
    code: bad.code,
  };
}

/** So that ten thousand fit. */
const SMALL = BAD_EVENTS.filter(({ members }) => members.length < 2_000);

interface DeadList {
  readonly total: number;
  readonly byReason: Readonly<Record<string, number>>;
}

/** What `rekappa dead` shows, and what becomes of it. */
async function judge(system: ChaosSystem, trial: Trial, expected: Expected): Promise<void> {
  const { findings } = trial;
  const wanted = [...expected.values()].reduce((sum, count) => sum + count, 0);
  const list = (): Promise<DeadList> => system.cli.json<DeadList>('dead', 'list');
  let dead = await list();
  await until('all letters are there', async () => (dead = await list()).total >= wanted, DEAD_MS, 500).catch(
    () => undefined, // what is missing counts below
  );
  findings.figure('dead letters', dead.total);
  for (const [code, count] of expected) {
    const found = dead.byReason[`actors: ${code}`] ?? 0;
    findings.must(found === count, `${found} letters of ${code}, ${count} were published`);
  }
  findings.must(dead.total === wanted, `${dead.total} dead letters, ${wanted} were published`);
  await retried(system, trial, expected.get('REK_INTERNAL') ?? 0);
  const left = await list();
  const { dropped } = await system.cli.json<{ dropped: number }>('dead', 'drop', '--all');
  findings.must(dropped === left.total && (await list()).total === 0, `${dropped} of ${left.total} dropped`);
}

/** The defect is mended: hosts without it take the events. */
async function retried(system: ChaosSystem, trial: Trial, throwing: number): Promise<void> {
  const { findings } = trial;
  await system.hosts[0]!.child.stop();
  system.hosts.length = 0;
  await system.add('actors', trial.preload());
  await system.shared(1);
  const before = await clicks(system);
  const { outcomes } = await system.cli.json<{ outcomes: { appended?: number }[] }>(
    ...['dead', 'retry', '--code', 'REK_INTERNAL'],
  );
  const appended = outcomes.filter((outcome) => outcome.appended !== undefined).length;
  await system.cli.settled();
  const counted = (await clicks(system)) - before;
  findings.did('letters retried', appended);
  findings.must(appended === throwing, `${appended} of ${throwing} letters were appended again`);
  findings.must(counted === throwing, `${counted} of ${throwing} retried events count`);
}

async function clicks(system: ChaosSystem): Promise<number> {
  const answer = await fetch(`${system.url()}/v1/users/${POISONOUS_USER}/state`);
  const state = (await answer.json()) as { counters?: { byType: { click?: number } } };
  return state.counters?.byType.click ?? 0;
}
