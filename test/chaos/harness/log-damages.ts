/** Ways to damage LOG, each of which takes messages that were acknowledged. */
import { stat, truncate } from 'node:fs/promises';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { SeededRandom } from '#kernel';
import { flipBit, forgetIndexes, isLength, markDeleted, messageBlock, type TestServers } from '#testkit';

export const LOG = 'REKAPPA_LOG';

/** Share of the log within which it is damaged: not where the first messages, the items, stand. */
const FROM_SHARE = 0.3;
const TO_SHARE = 0.9;
const MESSAGES_DELETED = 3;

export type Nats = NonNullable<TestServers['nats']>;

export interface LogDamage {
  readonly name: string;
  /** Whether it needs a log that lets delete, as no log of Rekappa does. */
  readonly byDeletion: boolean;
  make(nats: Nats, manager: JetStreamManager, random: SeededRandom): Promise<void>;
}

export const LOG_DAMAGES: readonly LogDamage[] = [
  inFiles('bit flipped', flipSome),
  inFiles('truncated', async (block, random) =>
    truncate(block, Math.floor((await stat(block)).size * shareOf(random))),
  ),
  inFiles('bit flipped amid appends', async (block, random) => {
    await flipSome(block, random);
    await forgetIndexes(block);
  }),
  byDeletion('erased', true),
  byDeletion('deleted', false),
  inFiles('marked as deleted', async (block, random, head) => {
    for (const sequence of chosen(random, head)) await markDeleted(block, sequence);
  }),
];

/** In no length: that makes a server end which reads the message, and nobody reads anything. */
function flipSome(block: string, random: SeededRandom): Promise<void> {
  const share = shareOf(random);
  const placeIn = (bytes: Buffer): number => {
    let place = Math.floor(bytes.length * share);
    while (isLength(bytes, place)) place++;
    return place;
  };
  return flipBit(block, placeIn, random.below(8));
}

function inFiles(
  name: string,
  harm: (block: string, random: SeededRandom, head: number) => Promise<void>,
): LogDamage {
  const make: LogDamage['make'] = async (nats, manager, random) => {
    const { last_seq: head } = (await manager.streams.info(LOG)).state;
    await nats.kill9();
    await harm(await messageBlock(nats.folder, LOG), random, head);
    await nats.restart();
  };
  return { name, byDeletion: false, make };
}

/** By JetStream's own API, with the bytes overwritten or not. That deletion is denied from then on hides nothing. */
function byDeletion(name: string, erase: boolean): LogDamage {
  const make: LogDamage['make'] = async (_nats, manager, random) => {
    const { config, state } = await manager.streams.info(LOG);
    for (const sequence of chosen(random, state.last_seq))
      await manager.streams.deleteMessage(LOG, sequence, erase);
    await manager.streams.update(LOG, { ...config, deny_delete: true, deny_purge: true });
  };
  return { name, byDeletion: true, make };
}

const shareOf = (random: SeededRandom): number => FROM_SHARE + random.next() * (TO_SHARE - FROM_SHARE);

function chosen(random: SeededRandom, head: number): Set<number> {
  const sequences = new Set<number>();
  while (sequences.size < MESSAGES_DELETED) sequences.add(Math.floor(head * shareOf(random)));
  return sequences;
}

/** LOG as Rekappa would make it, but one that lets delete. */
export async function addDeletableLog(manager: JetStreamManager, partitions: number): Promise<void> {
  await manager.streams.add({
    name: LOG,
    subjects: ['log.user.*', 'log.item'],
    description: `partitions=${partitions}`,
  });
}

/** @returns how often deletion was refused, of both ways */
export async function deletionsRefused(manager: JetStreamManager, sequence: number): Promise<number> {
  const tries = [true, false].map((erase) =>
    manager.streams.deleteMessage(LOG, sequence, erase).then(
      () => 0,
      () => 1,
    ),
  );
  return (await Promise.all(tries)).reduce((sum, refused) => sum + refused, 0);
}
