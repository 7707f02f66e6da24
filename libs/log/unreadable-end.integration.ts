/**
 * What a server that starts on a damaged block acknowledges can be read, or it is not asked: NATS 2.9 goes on behind a damaged
 * record, and nothing that it appends there can be read again. Newer ones cut the record off.
 */
import type { JetStreamManager } from '@nats-io/jetstream';
import { AppError, until } from '#kernel';
import { flipBit, messageBlock, startServers, type TestServers } from '#testkit';
import { AppendGate } from './append-gate.js';
import { connectNats, linkOf, type NatsConnection } from './nats-connection.js';
import { managerOf, NatsEventLog } from './nats-event-log.js';

const MESSAGES = 10;
const FIRST_AFTER = 'later-0';

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

const open = (mayFetch: boolean): NatsEventLog =>
  new NatsEventLog(connection, manager, 'S', '', { inFlightMax: 100, ackTimeoutMs: 2_000, mayFetch });

const appended = (log: NatsEventLog, text: string): Promise<number | AppError> =>
  log.append('s.a', Buffer.from(text)).catch((error: AppError) => error);

/** A server that was killed, or ended in order, while it held ten messages of one length, and that starts with a bit flipped. */
async function damaged(log: NatsEventLog, ended: 'killed' | 'stopped', record: number, byte: number) {
  await manager.streams.add({ name: 'S', subjects: ['s.*'], deny_delete: true, deny_purge: true });
  for (let i = 0; i < MESSAGES; i++) await log.append('s.a', Buffer.from(`first-${i}`));
  const nats = servers.nats!;
  await (ended === 'killed' ? nats.kill9() : nats.stop());
  await flipBit(await messageBlock(nats.folder, 'S'), ({ length }) => (length / MESSAGES) * record + byte);
  await nats.restart();
  await until('it is connected again', () => linkOf(connection).up);
}

/** What of the acknowledged cannot be fetched. */
async function unreadable(answers: readonly (number | AppError)[]): Promise<number[]> {
  const lost: number[] = [];
  for (const [i, sequence] of answers.entries()) {
    if (sequence instanceof AppError) continue;
    const stored = await manager.streams.getMessage('S', { seq: sequence }).catch(() => null);
    if (stored?.string() !== `later-${i}`) lost.push(sequence);
  }
  return lost;
}

async function threeAppends(log: NatsEventLog): Promise<(number | AppError)[]> {
  const together = [appended(log, FIRST_AFTER), appended(log, 'later-1')];
  return [...(await Promise.all(together)), await appended(log, 'later-2')];
}

/** Where in a record: 4 bytes length, 8 sequence, 8 timestamp, 2 length of the subject, subject, message, 8 hash. */
const PLACES: readonly [place: string, byte: number][] = [
  ['length', 0],
  ['sequence', 5],
  ['timestamp', 14],
  ['message', 27],
  ['hash', 35],
];

/** NATS 2.9 says nothing and goes on. */
const goesOn = (): boolean => connection.info!.version.startsWith('2.9.');

describe.each([
  ['in the middle', 5],
  ['at the end', 9],
])('a bit flipped in a record %s while the server was dead', (_where, record) => {
  it.each(PLACES)('in its %s: nothing is acknowledged that cannot be read', async (_place, byte) => {
    const log = open(true);
    await damaged(log, 'killed', record, byte);
    const answers = await threeAppends(log);
    expect(await unreadable(answers)).toEqual([]);
    for (const answer of answers)
      if (answer instanceof AppError)
        expect(answer).toMatchObject({ code: 'REK_LOG_UNREADABLE', status: 503, retryable: true });
  });
});

describe('a server that goes on behind a damaged record', () => {
  it('is asked to append nothing, by whom it lets fetch nothing either', async () => {
    const log = open(false);
    await damaged(log, 'killed', 5, 27);
    const answers = await threeAppends(log);
    expect(await unreadable(answers)).toEqual([]);
    expect(answers.every((answer) => answer instanceof AppError)).toBe(goesOn());
  });

  it('is asked to append nothing after it had ended in order', async () => {
    const log = open(true);
    await damaged(log, 'stopped', 9, 27);
    expect(await unreadable(await threeAppends(log))).toEqual([]);
  });

  it('acknowledges what nobody can read, when nobody looks (mutant)', async () => {
    const { pass } = AppendGate.prototype;
    AppendGate.prototype.pass = (append) => append();
    const log = open(true);
    await damaged(log, 'killed', 5, 27);
    const lost = await unreadable(await threeAppends(log));
    AppendGate.prototype.pass = pass;
    expect(lost).toHaveLength(goesOn() ? 3 : 0);
  });
});

describe('a sound stream', () => {
  it.each([true, false])('takes appends after the server was killed (may fetch: %s)', async (mayFetch) => {
    const log = open(mayFetch);
    await manager.streams.add({ name: 'S', subjects: ['s.*'] });
    expect(await appended(log, 'first')).toBe(1);
    await servers.nats!.kill9();
    await servers.nats!.restart();
    await until('it is connected again', () => linkOf(connection).up);
    expect(await appended(log, 'second')).toBe(2);
  });

  it.each([true, false])(
    'takes appends behind a deleted end, and when empty (may fetch: %s)',
    async (mayFetch) => {
      await manager.streams.add({ name: 'S', subjects: ['s.*'] });
      for (let i = 0; i < 3; i++) await open(mayFetch).append('s.a', Buffer.from('x'));
      await manager.streams.deleteMessage('S', 3);
      expect(await appended(open(mayFetch), 'fourth')).toBe(4);
      await manager.streams.purge('S');
      expect(await appended(open(mayFetch), 'fifth')).toBe(5);
    },
  );
});
