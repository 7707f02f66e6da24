/** `rekappa verify` against a real server: damage is named by its exact sequences, and what is sound is left in peace. */
import type { JetStreamManager } from '@nats-io/jetstream';
import { checksumOf, CRC_HEADER, encodeFeedbackBatch, encodeFrame, type LogEvent } from '#events';
import { asEventId, asItemId, asUserId, partitionOf, until } from '#kernel';
import { connectNats, managerOf, openTopology, type LogTopology, type NatsConnection } from '#log';
import { flipBit, messageBlock, startServers, type TestServers } from '#testkit';
import { auditStream, type StreamAudit } from './audit.js';
import { examineLogMessage, FeedbackExaminer } from './examine.js';
import { lostTails } from './tails.js';

const PARTITIONS = 2;
const MESSAGES = 60;

let servers: TestServers;
let connection: NatsConnection;
let manager: JetStreamManager;
let topology: LogTopology;

beforeEach(async () => {
  servers = await startServers({ nats: true });
  await connect();
}, 20_000);
afterEach(async () => {
  await connection.close();
  await servers.stop();
});

async function connect(): Promise<void> {
  connection = await connectNats({ natsUrl: servers.natsUrl });
  manager = await managerOf(connection);
  topology = await openTopology(connection, {
    namespace: 'default',
    log: { partitions: PARTITIONS, replicas: 1, inFlightMax: 100, ackTimeoutMs: 2_000 },
  });
}

const click = (i: number): LogEvent => ({
  kind: 'interaction',
  eventId: asEventId(`click-${i}`),
  userId: asUserId(`user-${i}`),
  itemId: asItemId(`item-${i}`),
  type: 'click',
  timestamp: 1_700_000_000_000 + i,
  version: 1,
});

async function appendClick(i: number, altered?: (payload: Buffer) => void): Promise<number> {
  const payload = Buffer.from(encodeFrame([click(i)]));
  const headers = { [CRC_HEADER]: checksumOf(payload) };
  altered?.(payload);
  const subject = topology.subjects.user(partitionOf(`user-${i}`, PARTITIONS));
  return topology.log.append(subject, payload, { headers });
}

function auditLog(): Promise<StreamAudit> {
  return auditStream(topology.log, {
    examine: (message) => examineLogMessage(message, PARTITIONS),
    progress: () => undefined,
    signal: new AbortController().signal,
  });
}

function auditFeedback(): Promise<StreamAudit> {
  const examiner = new FeedbackExaminer();
  return auditStream(topology.feedback, {
    examine: (message) => examiner.examine(message),
    progress: () => undefined,
    signal: new AbortController().signal,
  });
}

describe('a walk over the log', () => {
  it('finds nothing in a sound one, and counts what readers refused without calling it damage', async () => {
    for (let i = 0; i < MESSAGES; i++) await appendClick(i);
    await topology.log.append(topology.subjects.user(0), Buffer.from('{"kind":"nonsense"}'));
    expect(await auditLog()).toMatchObject({
      head: MESSAGES + 1,
      messages: MESSAGES + 1,
      missing: [],
      damaged: [],
      refused: 1,
    });
  });

  it('names every altered message, and reads on behind it', async () => {
    for (let i = 0; i < 20; i++)
      await appendClick(i, [4, 5, 11].includes(i) ? (payload) => payload.writeUInt8(32, 30) : undefined);
    expect((await auditLog()).damaged).toEqual([
      { from: 5, to: 6 },
      { from: 12, to: 12 },
    ]);
  });

  it('names the messages that are missing', async () => {
    for (let i = 0; i < 20; i++) await appendClick(i);
    const { config } = await manager.streams.info('REKAPPA_LOG');
    // The server refuses deletion in LOG, so a stream without that rule stands in for a server that lost them.
    await connection.request('$JS.API.STREAM.DELETE.REKAPPA_LOG', new Uint8Array(), { timeout: 2_000 });
    await manager.streams.add({ ...config, deny_delete: false, deny_purge: false });
    for (let i = 0; i < 20; i++) await appendClick(i + 100);
    for (const sequence of [3, 4, 9]) await manager.streams.deleteMessage('REKAPPA_LOG', sequence);
    await manager.streams.update('REKAPPA_LOG', { deny_delete: true, deny_purge: true });
    const audit = await auditLog();
    expect(audit.missing).toEqual([
      { from: 3, to: 4 },
      { from: 9, to: 9 },
    ]);
    expect(audit.messages).toBe(17);
  });

  it('finds a flipped bit in a block on disk, whatever the server makes of it', async () => {
    for (let i = 0; i < MESSAGES; i++) await appendClick(i);
    await connection.close();
    await servers.nats!.kill9();
    const block = await messageBlock(servers.nats!.folder, 'REKAPPA_LOG');
    await flipBit(block, (bytes) => bytes.indexOf('user-30'));
    await servers.nats!.restart();
    await until('the server answers', () =>
      connect().then(
        () => true,
        () => false,
      ),
    );
    const audit = await auditLog();
    const lost = lostTails([audit], [{ stream: 'REKAPPA_LOG', sequence: MESSAGES, who: 'a checkpoint' }]);
    expect(audit.missing.length + audit.damaged.length + lost.length).toBeGreaterThan(0);
  }, 30_000);
});

describe('a walk over FEEDBACK', () => {
  const batch = (sequence: number, epoch = 1): Buffer =>
    encodeFeedbackBatch({
      partition: 1,
      epoch,
      through: { sequence, index: 0 },
      records: [
        {
          kind: 'exposure',
          cause: { sequence, index: 0 },
          timestamp: 1_700_000_000_000,
          segment: 0,
          taste: 0,
          itemKeys: [7],
          positions: [1],
        },
      ],
    });

  it('finds records that were emitted twice', async () => {
    const subject = topology.subjects.feedback(1);
    for (const payload of [batch(5), batch(8), batch(8, 2), batch(9)])
      await topology.feedback.append(subject, payload);
    const audit = await auditFeedback();
    expect(audit.damaged).toEqual([{ from: 3, to: 3 }]);
    expect(audit.reasons[0]).toContain('doubled');
  });

  it('finds a flipped bit', async () => {
    const altered = batch(5);
    altered.writeUInt8(altered.readUInt8(50) ^ 1, 50);
    await topology.feedback.append(topology.subjects.feedback(1), altered);
    expect((await auditFeedback()).damaged).toEqual([{ from: 1, to: 1 }]);
  });
});

describe('a lost tail', () => {
  it('is seen by whoever has read further than the stream now goes', () => {
    const witnesses = [
      { stream: 'LOG', sequence: 90, who: 'the checkpoint of partition 3' },
      { stream: 'LOG', sequence: 120, who: 'the checkpoint of partition 4' },
    ];
    expect(lostTails([{ stream: 'LOG', head: 100 }], witnesses)).toEqual([
      'LOG ends at 100, but the checkpoint of partition 4 has read 101-120: its tail is lost',
    ]);
    expect(lostTails([{ stream: 'LOG', head: 120 }], witnesses)).toEqual([]);
  });
});
