/** Promises of the host's readers: the catalogue as it was, every partition's messages once, nobody waits for the slow. */
import { checksumOf, CRC_HEADER, encodeFrame } from '#events';
import { loadSettings } from '#config';
import { foldSettingsOf, SettingsHistory } from '#interest';
import { asItemId, until } from '#kernel';
import { DeadLetters, memoryTopology, type LogMessage } from '#log';
import { SEALED_SUBJECT, sealedWithoutKey } from '#privacy';
import { PartitionInbox, INBOX_MESSAGES_MAX } from '../partition/partition-inbox.js';
import { CatalogueReplica } from './catalogue-replica.js';
import { DeadLetterQueue } from './dead-letter-queue.js';
import { LogReader } from './log-reader.js';

const upsert = (itemId: string, title: string, eventId = `${itemId}-${title}`) =>
  Buffer.from(
    JSON.stringify({ kind: 'upsert', eventId, itemId: asItemId(itemId), timestamp: 1, fields: { title } }),
  );

function setup() {
  const topology = memoryTopology(4);
  const letters = new DeadLetters(topology);
  const dead = new DeadLetterQueue(
    letters,
    'actors',
    () => undefined,
    () => undefined,
  );
  const settings = new SettingsHistory(foldSettingsOf(loadSettings({})));
  const catalogue = new CatalogueReplica(topology, dead, settings);
  const reader = new LogReader(topology, catalogue, () => undefined);
  return { topology, letters, dead, catalogue, reader };
}

describe('CatalogueReplica', () => {
  it('knows every item as it was at each sequence, after compaction through a whole catalogue of its own', async () => {
    const { topology, catalogue } = setup();
    for (const title of ['first', 'second', 'third'])
      await topology.log.append('log.item', upsert('i', title));
    expect(await catalogue.bootstrap(0, () => undefined)).toBe(3);
    const titles = (view: { at(id: string, sequence: number): { title: string } | undefined }) =>
      [0, 1, 2, 3].map((sequence) => view.at('i', sequence)?.title);
    expect(titles(await catalogue.viewFrom(1, 3))).toEqual([undefined, 'first', 'second', 'third']);
    catalogue.compact(3);
    expect(await catalogue.viewFrom(3, 3)).toBe(catalogue.current);
    expect(titles(await catalogue.viewFrom(1, 3))).toEqual([undefined, 'first', 'second', 'third']);
  });

  it('puts what it cannot use into the dead stream once, and goes on', async () => {
    const { topology, letters, dead, catalogue } = setup();
    const bad = [
      Buffer.from('{'),
      Buffer.from('{"kind":"upsert"}'),
      Buffer.from(JSON.stringify({ kind: 'tick', eventId: 't', timestamp: 1, epoch: 1 })),
    ];
    for (const payload of bad) await topology.log.append('log.item', payload);
    await topology.log.append('log.item', upsert('i', 'broken on the way'), {
      headers: { [CRC_HEADER]: '00000000' },
    });
    const good = upsert('j', 'whole');
    await topology.log.append('log.item', good, { headers: { [CRC_HEADER]: checksumOf(good) } });
    await catalogue.bootstrap(1, () => undefined);
    await dead.flush();
    expect(catalogue.current.get('j')?.title).toBe('whole');
    const { letters: stored } = await letters.list();
    expect(stored.map(({ source, reason }) => [source.sequence, reason.code])).toEqual([
      [2, 'REK_INVALID_EVENT'],
      [3, 'REK_INVALID_EVENT'],
      [4, 'REK_LOG_DAMAGED'],
    ]);
  });
});

describe('LogReader', () => {
  it('delivers to each owned partition its own messages, and lets all know how far it has read', async () => {
    const { topology, reader } = setup();
    const inboxes = [0, 1].map((partition) => {
      const inbox = new PartitionInbox();
      reader.attach(partition, inbox);
      return inbox;
    });
    for (const partition of [0, 1, 2, 0, 3, 1])
      await topology.log.append(`log.user.${partition}`, Buffer.from('{}'));
    const running = reader.run();
    await until('all is read', () => reader.position === 6);
    expect(inboxes.map((inbox) => inbox.take(10, 1e6).map(({ sequence }: LogMessage) => sequence))).toEqual([
      [1, 4],
      [2, 6],
    ]);
    expect(inboxes.map((inbox) => inbox.through)).toEqual([6, 6]);
    reader.stop();
    await running;
  });

  it('leaves a partition behind that does not keep up, and goes on for the others', async () => {
    const { topology, reader } = setup();
    const [stuck, quick] = [new PartitionInbox(), new PartitionInbox()];
    reader.attach(0, stuck);
    reader.attach(1, quick);
    for (let i = 0; i < INBOX_MESSAGES_MAX; i++) await topology.log.append('log.user.0', Buffer.from('{}'));
    const last = await topology.log.append('log.user.1', Buffer.from('{}'));
    const running = reader.run();
    await until('the quick one has its message', () => quick.length === 1, 5_000);
    expect([stuck.overflowed, quick.through]).toEqual([true, last]);
    reader.stop();
    await running;
  });
});

it('A reader of a host without the master key ends where users begin to be sealed', async () => {
  const { topology, catalogue } = setup();
  const refusal = sealedWithoutKey('default');
  const reading = new LogReader(topology, catalogue, () => undefined, refusal).run();
  const payload = encodeFrame([]);
  await topology.log.append(SEALED_SUBJECT, payload, { headers: { [CRC_HEADER]: checksumOf(payload) } });
  await expect(reading).rejects.toBe(refusal);
});
