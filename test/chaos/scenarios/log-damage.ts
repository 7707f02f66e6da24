/**
 * 6. LOG is damaged: a bit flips in the middle of a block while NATS is down, or the end of a block is cut off; messages are marked as
 * deleted behind the server's back, or deleted through its API, where a log let do so. What is lost is found out message by message, by asking
 * the server for each and comparing with what was stored: `rekappa verify` must name exactly that, and readers must notice: the
 * host that was following, a rebuild from the beginning, a host that folds its partitions again. What is acknowledged
 * afterwards can be read. One kind of damage a round, each on a system of its own.
 */
import { loadSettings } from '#config';
import { until } from '#kernel';
import { connectNats, managerOf, openTopology, type LogTopology, type NatsConnection } from '#log';
import { startServers } from '#testkit';
import { named, noticed, readableAfterwards } from '../harness/damage-noticed.js';
import { PARTITIONS, withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import {
  addDeletableLog,
  deletionsRefused,
  LOG_DAMAGES,
  type LogDamage,
  type Nats,
} from '../harness/log-damages.js';
import type { Scenario, Trial } from '../harness/scenario.js';

const EVENTS = 1_000;
const BACK_MS = 30_000;
/** Two ways to delete are refused by a log of Rekappa. */
const REFUSALS = 2;

export const logDamage: Scenario = {
  name: 'log-damage',
  promise: 6,
  about:
    'damage to the log is named by its exact range and noticed by readers, and takes nothing acknowledged afterwards',
  rounds: { short: 4, long: 4 * LOG_DAMAGES.length, mutant: LOG_DAMAGES.length },
  mutants: {
    'trusts-the-log': 'missing sequences and a lost tail are not looked at',
    'refolds-blindly': 'a partition that is folded again does not ask the server what it lacks',
    'appends-blindly': 'the end of the log is not looked at before an append',
  },
  run: async (trial) => {
    for (let round = 0; round < trial.rounds; round++) {
      const damage = trial.nth(LOG_DAMAGES, round);
      const servers = await startServers({ nats: true });
      try {
        if (damage.byDeletion) await prepared(servers.natsUrl);
        const options = { hosts: 1, natsUrl: servers.natsUrl };
        await withSystem(trial, options, (system) => oneDamage(system, servers.nats!, trial, damage));
      } finally {
        await servers.stop();
      }
    }
  },
};

async function prepared(natsUrl: string): Promise<void> {
  const nats = await connectNats({ natsUrl });
  await addDeletableLog(await managerOf(nats), PARTITIONS);
  await nats.close();
}

async function oneDamage(system: ChaosSystem, server: Nats, trial: Trial, damage: LogDamage): Promise<void> {
  const { findings, random } = trial;
  const kind = damage.name;
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
    const manager = await managerOf(nats);
    const stored = await contents(topology);
    findings.did('messages stored', stored.size);
    if (!damage.byDeletion)
      findings.must((await deletionsRefused(manager, 1)) === REFUSALS, 'the log has let delete a message');
    await damage.make(server, manager, random);
    findings.fault(kind);
    const lost = await lostOf(nats, topology, stored);
    findings.figure(`${kind}: messages lost`, lost.length);
    findings.enough(lost.length > 0, `${kind}: the server has lost nothing`);
    await named(system, trial, kind, lost);
    await noticed(system, trial, kind, lost, manager);
    await readableAfterwards(system, trial, kind, manager);
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
    BACK_MS,
  );
  const lost: number[] = [];
  for (const [sequence, payload] of stored) {
    const found = await manager.streams.getMessage(log.name, { seq: sequence }).catch(() => null);
    if (!found || Buffer.from(found.data).toString('base64') !== payload) lost.push(sequence);
  }
  return lost;
}
