/** What a reader says when the server has lost something, and that it says nothing when something was deleted. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JetStreamManager } from '@nats-io/jetstream';
import { until } from '#kernel';
import { flipBit, messageBlock, startServers, type TestServers } from '#testkit';
import { readAll, textOf } from './event-log.contract.js';
import type { LogMessage } from './event-log.js';
import { connectNats, type NatsConnection } from './nats-connection.js';
import { managerOf, NatsEventLog } from './nats-event-log.js';
import { StreamInspector } from './stream-inspector.js';

let servers: TestServers;
let connection: NatsConnection;
let manager: JetStreamManager;

beforeEach(async () => {
  servers = await startServers({ nats: true });
  connection = await connectNats({ natsUrl: servers.natsUrl });
  manager = await managerOf(connection);
}, 20_000);
afterEach(async () => {
  await connection.close();
  await servers.stop();
});

/** A stream S of ten messages. */
async function tenMessages(config: Record<string, unknown> = {}): Promise<NatsEventLog> {
  await manager.streams.add({ name: 'S', subjects: ['s.*'], ...config });
  const log = new NatsEventLog(connection, manager, 'S', '', { inFlightMax: 100, ackTimeoutMs: 2_000 });
  for (let i = 1; i <= 10; i++) await log.append('s.a', Buffer.from(String(i)));
  return log;
}

const damaged = { code: 'REK_LOG_DAMAGED' };

describe('reading a stream from which messages were deleted', () => {
  it('skips what was deleted, in the middle and at the end', async () => {
    const log = await tenMessages();
    for (const sequence of [3, 4, 10]) await manager.streams.deleteMessage('S', sequence);
    expect((await readAll(log, { from: 1, until: 10 })).map(textOf)).toEqual([
      '1',
      '2',
      '5',
      '6',
      '7',
      '8',
      '9',
    ]);
  });

  it('skips what was purged from the head', async () => {
    const log = await tenMessages();
    await manager.streams.purge('S', { seq: 6 });
    expect((await readAll(log, { from: 2, until: 10 })).map(textOf)).toEqual(['6', '7', '8', '9', '10']);
  });

  it('skips what a limit has expired', async () => {
    const log = await tenMessages({ max_msgs: 4 });
    expect((await readAll(log, { from: 1, until: 10 })).map(textOf)).toEqual(['7', '8', '9', '10']);
  });
});

describe('reading a damaged stream', () => {
  it('refuses to skip a gap in a stream that denies deletion', async () => {
    const log = await tenMessages();
    await manager.streams.deleteMessage('S', 5);
    await manager.streams.update('S', { deny_delete: true });
    await expect(readAll(log, { from: 1, until: 10 })).rejects.toMatchObject(damaged);
    expect((await readAll(log, { from: 6, until: 10 })).map(textOf)).toEqual(['6', '7', '8', '9', '10']);
  });

  it('tells a reader of one subject that asks what is lost, whosever message it was', async () => {
    const log = await tenMessages();
    await log.append('s.b', Buffer.from('11'));
    await log.append('s.a', Buffer.from('12'));
    expect(await readAll(log, { from: 1, until: 12, subject: 's.a' })).toHaveLength(11);
    await manager.streams.deleteMessage('S', 5);
    await manager.streams.update('S', { deny_delete: true });
    const gaps: number[][] = [];
    const onGap = (from: number, to: number) => void gaps.push([from, to]);
    expect(await readAll(log, { from: 1, until: 12, subject: 's.a', onGap })).toHaveLength(10);
    expect(gaps).toEqual([[5, 5]]);
    expect(await readAll(log, { from: 6, until: 12, subject: 's.a', onGap })).toHaveLength(6);
    expect(gaps).toHaveLength(1);
  });

  it('tells a reader of one subject that a bit flipped in a block has cost messages, if not which', async () => {
    await tenMessages({ deny_delete: true });
    const nats = servers.nats!;
    await nats.kill9();
    await flipBit(await messageBlock(nats.folder, 'S'), ({ length }) => Math.floor(length * 0.55));
    await nats.restart();
    const log = new NatsEventLog(connection, manager, 'S', '', { inFlightMax: 100, ackTimeoutMs: 2_000 });
    await until('the log is back', () =>
      log.head().then(
        () => true,
        () => false,
      ),
    );
    const gaps: number[][] = [];
    const onGap = (from: number, to: number) => void gaps.push([from, to]);
    const read = await readAll(log, { from: 1, until: await log.head(), subject: 's.a', onGap });
    expect(read.length).toBeLessThan(await log.head());
    expect(gaps).toEqual([[1, await log.head()]]);
  }, 30_000);

  it('refuses a missing head of a stream that denies purging', async () => {
    const log = await tenMessages();
    await manager.streams.purge('S', { seq: 6 });
    await manager.streams.update('S', { deny_purge: true });
    await expect(readAll(log, { from: 1, until: 10 })).rejects.toMatchObject(damaged);
  });

  it('stops a live reader when the server comes back without its tail', async () => {
    const log = await tenMessages();
    const older = await mkdtemp(join(tmpdir(), 'rekappa-nats-older-'));
    const store = join(servers.nats!.folder, 'jetstream');
    await servers.nats!.kill9();
    await cp(store, older, { recursive: true });
    await servers.nats!.restart();
    await until('the log is back', () =>
      log.append('s.a', Buffer.from('11')).then(
        () => true,
        () => false,
      ),
    );

    const read: LogMessage[] = [];
    const reading = (async () => {
      for await (const batch of log.read({ from: 1 })) read.push(...batch);
    })();
    reading.catch(() => undefined);
    await until('all is read', () => read.length === 11);

    await servers.nats!.kill9();
    await rm(store, { recursive: true });
    await cp(older, store, { recursive: true });
    await rm(older, { recursive: true });
    await servers.nats!.restart();
    await expect(reading).rejects.toMatchObject({
      ...damaged,
      message: expect.stringContaining('tail is lost') as string,
    });
  }, 30_000);

  it('notices that the message read last is not the one that stands there now', async () => {
    const log = await tenMessages();
    const inspector = new StreamInspector(manager, 'S');
    const [tenth] = await readAll(log, { from: 10, until: 10 });
    await inspector.assertStillHolds(11, tenth);
    const other = { ...tenth!, sequence: 10, appendedAt: tenth!.appendedAt - 1 };
    await expect(inspector.assertStillHolds(11, other)).rejects.toMatchObject(damaged);
  });
});
