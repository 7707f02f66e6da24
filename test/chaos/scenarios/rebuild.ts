/**
 * 16. All is lost but the log's files: they are brought to new systems of one, two and four hosts, which read them in batches of
 * another size. Each must arrive at the users and the feedback that the first system had, byte for byte, and at
 * the weights that its FEEDBACK makes.
 */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import type { Load } from '../harness/load.js';
import type { Scenario, Trial } from '../harness/scenario.js';

const HOSTS = [1, 2, 4];
const EVENTS = 1_500;
/** Visitors who become known as others, across partitions. */
const MERGES = 10;
/** Messages read at once at most; by default 500. */
const BATCHES = [1, 7, 64, 1_000];

export const rebuild: Scenario = {
  name: 'rebuild',
  promise: 16,
  about: 'from the log alone one, two and four hosts make the same users and feedback',
  rounds: { short: 1, long: 5 },
  mutants: { 'own-ticks': 'the fold closes windows by its own clock' },
  run: async (trial) => {
    for (let round = 0; round < trial.rounds; round++) {
      const store = await mkdtemp(join(tmpdir(), 'rekappa-rebuild-'));
      try {
        const first = await written(trial, store);
        for (const hosts of HOSTS) await rebuilt(trial, { hosts, store, first });
      } finally {
        await rm(store, { recursive: true, force: true });
      }
    }
  },
};

/** Leaves the log's files in `store`. @returns the hashes of users and feedback */
async function written(trial: Trial, store: string): Promise<Map<string, string>> {
  let hashes = new Map<string, string>();
  await withSystem(trial, {}, async (system) => {
    const load = system.load(trial);
    await load.start();
    await load.sent(EVENTS / 2);
    await merge(system, load);
    await load.sent(EVENTS / 2);
    await load.stop();
    trial.findings.did('events', load.acknowledged);
    hashes = await hashesOfPartitions(system);
    const nats = system.servers.nats!;
    await nats.stop();
    await cp(join(nats.folder, 'jetstream'), store, { recursive: true });
  });
  const files = await readdir(store, { recursive: true });
  const streams = files.filter((file) => /streams\/[^/]+$/.test(file));
  for (const stream of streams)
    if (!stream.endsWith('REKAPPA_LOG')) await rm(join(store, stream), { recursive: true });
  trial.findings.fault('all lost but the log');
  return hashes;
}

async function merge(system: ChaosSystem, load: Load): Promise<void> {
  const users = Object.keys(load.clicks).slice(0, 2 * MERGES);
  const merges = Array.from({ length: users.length / 2 }, (_, i) => ({
    kind: 'merge',
    eventId: `merge-${i}`,
    userId: users[2 * i],
    intoUserId: users[2 * i + 1],
    timestamp: Date.now(),
  }));
  await system.post('/v1/events', merges);
}

interface Rebuild {
  readonly hosts: number;
  readonly store: string;
  readonly first: ReadonlyMap<string, string>;
}

async function rebuilt(trial: Trial, { hosts, store, first }: Rebuild): Promise<void> {
  const { findings } = trial;
  const batch = trial.random.pick(BATCHES);
  const storeFolder = join(store, '..', `${store}-${hosts}`);
  await cp(store, storeFolder, { recursive: true });
  const environment = { ...trial.preload('few-at-once'), CHAOS_BATCH: String(batch) };
  try {
    await withSystem(trial, { hosts, nats: { storeFolder }, environment }, async (system) => {
      if (hosts > 1) await system.shared(hosts);
      const hashes = await hashesOfPartitions(system);
      const different = [...first].filter(([what, hash]) => hashes.get(what) !== hash);
      findings.did(`rebuilt by ${hosts}`, 1);
      findings.enough(first.size > 0, 'there was nothing to compare');
      findings.must(
        different.length === 0,
        `${hosts} hosts in batches of ${batch}: ${different.map(([what]) => what).join(', ')} differ`,
      );
    });
  } finally {
    await rm(storeFolder, { recursive: true, force: true });
  }
}

/** The order in which weights learn may differ between hosts: they are compared with FEEDBACK, which has that order. */
async function hashesOfPartitions(system: ChaosSystem): Promise<Map<string, string>> {
  const hashes = await system.hashes();
  return new Map([...hashes].filter(([what]) => what.includes('partition')));
}
