/** `rekappa export` against a real server: every event that stands in LOG, in order; what is lost or refused is named. */
import { checksumOf, CRC_HEADER, encodeFrame, type Interaction, type LogEvent, type Sealed } from '#events';
import { asEventId, asItemId, asUserId, partitionOf } from '#kernel';
import { connectNats, managerOf, openTopology, type LogTopology, type NatsConnection } from '#log';
import { DataKey, type KeySource } from '#privacy';
import { startServers, type TestServers } from '#testkit';
import { LogExport, type ExportOptions } from './log-export.js';

const PARTITIONS = 2;
const NOW = 1_700_000_000_000;

let servers: TestServers;
let connection: NatsConnection;
let topology: LogTopology;

beforeEach(async () => {
  servers = await startServers({ nats: true });
  connection = await connectNats({ natsUrl: servers.natsUrl });
  topology = await openTopology(connection, {
    namespace: 'default',
    log: { partitions: PARTITIONS, replicas: 1, inFlightMax: 100, ackTimeoutMs: 2_000 },
  });
}, 20_000);
afterEach(async () => {
  await connection.close();
  await servers.stop();
});

const click = (i: number, userId = 'ada'): Interaction => ({
  kind: 'interaction',
  eventId: asEventId(`click-${i}`),
  userId: asUserId(userId),
  itemId: asItemId(`item-${i}`),
  type: 'click',
  timestamp: NOW + i,
  version: 1,
});
const upsert: LogEvent = {
  kind: 'upsert',
  eventId: asEventId('upsert'),
  itemId: asItemId('lamp'),
  timestamp: NOW,
  version: 1,
  mode: 'replace',
  fields: { title: 'Lamp' },
};
const userSubject = (user = 'ada'): string => topology.subjects.user(partitionOf(user, PARTITIONS));

function append(events: readonly LogEvent[], subject = userSubject(), damaged = false): Promise<number> {
  const payload = Buffer.from(encodeFrame(events));
  const headers = { [CRC_HEADER]: checksumOf(payload) };
  if (damaged) payload.writeUInt8(payload.readUInt8(30) ^ 1, 30);
  return topology.log.append(subject, payload, { headers });
}

interface Line {
  readonly sequence: number;
  readonly index: number;
  readonly appendedAt: string;
  readonly event: LogEvent;
}

async function exported(options: Partial<ExportOptions> = {}): Promise<{ log: LogExport; lines: Line[] }> {
  const log = new LogExport(topology, {
    from: 1,
    last: await topology.log.head(),
    keepSealed: false,
    keys: undefined,
    signal: new AbortController().signal,
    progress: () => undefined,
    ...options,
  });
  let text = '';
  for await (const part of log.lines()) text += part;
  const lines = text.split('\n');
  expect(lines.pop()).toBe(''); // whole lines only
  return { log, lines: lines.map((line) => JSON.parse(line) as Line) };
}

const places = (lines: readonly Line[]): string[] =>
  lines.map(({ sequence, index }) => `${sequence}/${index}`);

describe('an export of the log', () => {
  it('has every event with its place and time, in order', async () => {
    const before = Date.now();
    await append([upsert], topology.subjects.item);
    await append([click(1), click(2)]);
    const { log, lines } = await exported();
    expect(places(lines)).toEqual(['1/0', '2/0', '2/1']);
    expect(lines.map(({ event }) => event)).toEqual([upsert, click(1), click(2)]);
    for (const { appendedAt } of lines) expect(Date.parse(appendedAt)).toBeGreaterThanOrEqual(before - 1);
    expect(log).toMatchObject({ events: 3, through: 2, refused: 0, missing: [], damaged: [] });
  });

  it('has nothing of an empty log, and nothing behind its end', async () => {
    expect((await exported()).lines).toEqual([]);
    await append([click(1)]);
    const { log, lines } = await exported({ from: 9 });
    expect([lines, log.through]).toEqual([[], 8]);
  });

  it('keeps to the sequences, times, kinds and user that were asked for', async () => {
    await append([upsert], topology.subjects.item);
    for (let i = 0; i < 6; i++)
      await append([click(i, i % 2 ? 'bob' : 'ada')], userSubject(i % 2 ? 'bob' : 'ada'));
    expect(places((await exported({ from: 3, last: 5 })).lines)).toEqual(['3/0', '4/0', '5/0']);
    expect(places((await exported({ kinds: ['upsert'] })).lines)).toEqual(['1/0']);
    expect(places((await exported({ user: 'ada' })).lines)).toEqual(['2/0', '4/0', '6/0']);
    const all = await exported();
    const at = Date.parse(all.lines[3]!.appendedAt);
    const times = (lines: readonly Line[]) => lines.map(({ appendedAt }) => Date.parse(appendedAt));
    const [since, until] = [await exported({ since: at }), await exported({ before: at })];
    expect(times(since.lines)).toEqual(times(all.lines).filter((time) => time >= at));
    expect(times(until.lines)).toEqual(times(all.lines).filter((time) => time <= at));
    expect(until.log.through).toBe(until.lines.at(-1)!.sequence);
  });

  it('ends with a whole message when it is interrupted, and says where to go on', async () => {
    for (let i = 0; i < 300; i++) await append([click(2 * i), click(2 * i + 1)]);
    const controller = new AbortController();
    const first = await exported({ signal: controller.signal, progress: () => controller.abort() });
    expect(first.log.through).toBeGreaterThan(0);
    expect(first.log.through).toBeLessThan(300);
    const second = await exported({ from: first.log.through + 1 });
    expect([...first.lines, ...second.lines].map(({ event }) => event.eventId)).toEqual(
      Array.from({ length: 600 }, (_, i) => `click-${i}`),
    );
  });
});

describe('what an export cannot give', () => {
  it('is named: refused entries, damaged messages, and those that are missing', async () => {
    const manager = await managerOf(connection);
    const { config } = await manager.streams.info('REKAPPA_LOG');
    // The server refuses deletion in LOG, so a stream without that rule stands in for a server that lost them.
    await manager.streams.delete('REKAPPA_LOG').catch(() => undefined);
    await manager.streams.add({ ...config, deny_delete: false, deny_purge: false });
    for (let i = 1; i <= 6; i++) await append([click(i)], userSubject(), i === 4);
    await topology.log.append(userSubject(), Buffer.from('{"kind":"nonsense"}'));
    for (const sequence of [2, 3]) await manager.streams.deleteMessage('REKAPPA_LOG', sequence);
    await manager.streams.update('REKAPPA_LOG', { deny_delete: true, deny_purge: true });
    const { log, lines } = await exported();
    expect(places(lines)).toEqual(['1/0', '5/0', '6/0']);
    expect(log).toMatchObject({
      missing: [{ from: 2, to: 3 }],
      damaged: [{ from: 4, to: 4 }],
      refused: 1,
      reasons: [{ sequence: 7, index: 0, reason: expect.stringContaining('REK_UNKNOWN_KIND') }],
    });
    // Of a user, too, although these messages may have been others’.
    expect((await exported({ user: 'ada' })).log.missing).toEqual([{ from: 2, to: 3 }]);
  });
});

describe('sealed events', () => {
  const [present, destroyed] = [DataKey.random(), DataKey.random()];
  const keys: KeySource = {
    toOpen: (ids) =>
      Promise.resolve(new Map([...ids].map((id) => [id, id === present.id ? present : undefined]))),
  };
  const sealed: Sealed[] = [];
  beforeEach(async () => {
    sealed.splice(0, 2, present.seal(click(1)), destroyed.seal(click(2, 'bob')));
    await append([sealed[0]!]);
    await append([sealed[1]!], userSubject('bob'));
  });

  it('are opened, or stay sealed where their user was erased', async () => {
    const { log, lines } = await exported({ keys });
    expect(lines.map(({ event }) => event)).toEqual([click(1), sealed[1]]);
    expect(log.sealed).toBe(1);
    expect(places((await exported({ keys, user: 'ada' })).lines)).toEqual(['1/0']);
    expect(places((await exported({ keys, user: 'bob' })).lines)).toEqual([]);
  });

  it('stay sealed when that is wanted, for which no key is needed; to open them one is', async () => {
    const { log, lines } = await exported({ keepSealed: true });
    expect(lines.map(({ event }) => event)).toEqual(sealed);
    expect(log.sealed).toBe(2);
    await expect(exported()).rejects.toMatchObject({ code: 'REK_KEY_LOST' });
  });
});
