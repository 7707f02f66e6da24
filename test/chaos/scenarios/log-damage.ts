/**
 * 6. The log's own files are damaged while NATS is down: a bit flips in the middle of a block, or the end of a block is cut
 * off. What is lost is found out message by message, by asking the server for each and comparing with what was stored: `rekappa
 * verify` must name exactly that, and readers must notice: the host that was following, or a rebuild from the beginning.
 * One kind of damage a round, each on a system of its own.
 */
import { stat, truncate } from 'node:fs/promises';
import { loadSettings } from '#config';
import { until } from '#kernel';
import { connectNats, managerOf, openTopology, type LogTopology, type NatsConnection } from '#log';
import { flipBit, messageBlock } from '#testkit';
import { withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import type { Scenario, Trial } from '../harness/scenario.js';

const EVENTS = 1_000;
const NOTICED_MS = 30_000;
/** Share of a block within which it is damaged: not where the first messages, the items, stand. */
const FROM_SHARE = 0.3;

type Kind = 'bit flipped' | 'truncated';
const KINDS: readonly Kind[] = ['bit flipped', 'truncated'];

export const logDamage: Scenario = {
  name: 'log-damage',
  promise: 6,
  about: 'damage to the log’s files is named by its exact range, and noticed by readers',
  rounds: { short: 2, long: 20 },
  mutants: { 'trusts-the-log': 'missing sequences and a lost tail are not looked at' },
  run: async (trial) => {
    for (let round = 0; round < trial.rounds; round++)
      await withSystem(trial, { hosts: 1 }, (system) => oneDamage(system, trial, KINDS[round % 2]!));
  },
};

async function oneDamage(system: ChaosSystem, trial: Trial, kind: Kind): Promise<void> {
  const { findings } = trial;
  system.cli.nodeOptions = trial.preload()['NODE_OPTIONS']!;
  const settings = loadSettings(system.system.environment);
  const load = system.load(trial);
  await load.start();
  await load.sent(EVENTS);
  await load.stop();
  await system.cli.settled();
  const nats = await connectNats(settings);
  try {
    const topology = await openTopology(nats, settings);
    const stored = await contents(topology);
    findings.did('messages stored', stored.size);
    await damage(system, trial, kind);
    findings.fault(kind);
    const lost = await lostOf(nats, topology, stored);
    findings.figure(`${kind}: messages lost`, lost.length);
    findings.must(lost.length > 0, `${kind}: the server has lost nothing`);
    await named(system, trial, kind, lost);
    await noticed(system, trial, kind, { lost, topology });
  } finally {
    await nats.close();
  }
}

/** Every message of LOG, as it was acknowledged. */
async function contents({ log }: LogTopology): Promise<Map<number, string>> {
  const messages = new Map<number, string>();
  for await (const batch of log.read({ from: 1, until: await log.head() }))
    for (const { sequence, payload } of batch)
      messages.set(sequence, Buffer.from(payload).toString('base64'));
  return messages;
}

async function damage(system: ChaosSystem, { random }: Trial, kind: Kind): Promise<void> {
  const nats = system.servers.nats!;
  await nats.kill9();
  const block = await messageBlock(nats.folder, 'REKAPPA_LOG');
  const share = FROM_SHARE + random.next() * (0.9 - FROM_SHARE);
  const placeIn = (bytes: number): number => Math.floor(bytes * share);
  if (kind === 'truncated') await truncate(block, placeIn((await stat(block)).size));
  else await flipBit(block, ({ length }) => placeIn(length), random.below(8));
  await nats.restart();
}

/** The sequences that the server does not have any more, or has otherwise. */
async function lostOf(
  nats: NatsConnection,
  { log }: LogTopology,
  stored: ReadonlyMap<number, string>,
): Promise<number[]> {
  const manager = await managerOf(nats);
  await until(
    'the log is back',
    () =>
      log.head().then(
        () => true,
        () => false,
      ),
    NOTICED_MS,
  );
  const lost: number[] = [];
  for (const [sequence, payload] of stored) {
    const found = await manager.streams.getMessage(log.name, { seq: sequence }).catch(() => null);
    if (!found || Buffer.from(found.data).toString('base64') !== payload) lost.push(sequence);
  }
  return lost;
}

interface Verification {
  readonly streams: readonly {
    readonly stream: string;
    readonly missing: readonly { from: number; to: number }[];
    readonly damaged: readonly { from: number; to: number }[];
  }[];
  readonly lostTails: readonly string[];
}

/** `rekappa verify` names each lost sequence, and no other. */
async function named(
  system: ChaosSystem,
  { findings }: Trial,
  kind: Kind,
  lost: readonly number[],
): Promise<void> {
  const { code, out, err } = await system.cli.run('verify', '--json');
  findings.must(code === 1, `${kind}: verify ended with ${code} ${err.slice(-200)}`);
  const { streams, lostTails } = JSON.parse(out) as Verification;
  const log = streams.find(({ stream }) => stream.endsWith('REKAPPA_LOG'))!;
  const tails = lostTails.flatMap((text) => {
    const range = /REKAPPA_LOG ends.* read (\d+)-(\d+)/.exec(text);
    return range ? [{ from: Number(range[1]), to: Number(range[2]) }] : [];
  });
  const sequences = [...log.missing, ...log.damaged, ...tails].flatMap(({ from, to }) =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i),
  );
  const said = new Set(sequences);
  const silent = lost.filter((sequence) => !said.has(sequence));
  findings.figure(`${kind}: silent losses`, silent.length);
  findings.must(silent.length === 0, `${kind}: verify does not name ${silent.slice(0, 10).join()}`);
  const sound = [...said].filter((sequence) => !lost.includes(sequence));
  findings.must(sound.length === 0, `${kind}: verify names ${sound.slice(0, 10).join()}, which are sound`);
}

/** The host that follows, when the tail is lost that it has read; else whoever reads the log from its beginning. */
async function noticed(
  system: ChaosSystem,
  { findings }: Trial,
  kind: Kind,
  { lost, topology }: { lost: readonly number[]; topology: LogTopology },
): Promise<void> {
  if ((await topology.log.head()) < Math.max(...lost)) {
    const { lines } = system.hosts[0]!;
    const says = (): boolean => lines.some((line) => line.includes('REK_LOG_DAMAGED'));
    await until('the host notices', says, NOTICED_MS).catch(() => undefined); // counts below
    findings.must(says(), `${kind}: the host that follows has not noticed`);
  } else {
    const { code, err } = await system.cli.run('replay', '--from-log', '--json');
    findings.must(
      code !== 0 && err.includes('run `rekappa verify`'),
      `${kind}: a rebuild has not noticed: it ended with ${code}`,
    );
  }
}
