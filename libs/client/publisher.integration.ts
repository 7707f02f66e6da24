import { partitionOf } from '#kernel';
import { decodeUserFrame } from '#events';
import { connectNats, openTopology, type LogTopology, type NatsConnection } from '#log';
import { startServers, type TestServers } from '#testkit';
import { RekappaPublisher } from './publisher.js';

const PARTITIONS = 7;

let servers: TestServers;
let connection: NatsConnection;
let topology: LogTopology;

beforeAll(async () => {
  servers = await startServers({ nats: true });
  connection = await connectNats({ natsUrl: servers.natsUrl });
}, 20_000);
afterAll(async () => {
  await connection.close();
  await servers.stop();
});

describe('a service that publishes straight to the log', () => {
  it('is refused where there is no log', async () => {
    await expect(
      RekappaPublisher.connect({ natsUrl: servers.natsUrl, namespace: 'nowhere' }),
    ).rejects.toMatchObject({ code: 'REK_LOG_UNAVAILABLE' });
  });

  it('learns the partition count from the log, and puts each event where its user’s host reads it', async () => {
    topology = await openTopology(connection, {
      namespace: 'shop',
      log: { partitions: PARTITIONS, replicas: 1, inFlightMax: 64, ackTimeoutMs: 2_000 },
    });
    const publisher = await RekappaPublisher.connect({ natsUrl: servers.natsUrl, namespace: 'shop' });
    expect(publisher.partitions).toBe(PARTITIONS);
    const users = ['ann', 'böb', '李', 'd'.repeat(200), 'e'];
    for (const userId of users) {
      const { sequence, index } = await publisher.publish({
        kind: 'interaction',
        userId,
        type: 'click',
        itemId: 'i',
      });
      const message = (await topology.log.last(`log.user.${partitionOf(userId, PARTITIONS)}`))!;
      expect(message.sequence).toBe(sequence);
      const entry = decodeUserFrame(message, partitionOf(userId, PARTITIONS), PARTITIONS)[index]!;
      expect(entry).toMatchObject({ event: { userId, kind: 'interaction', version: 1 } });
    }
    await publisher.publish({ kind: 'hide', itemId: 'i1' });
    expect((await topology.log.last('log.item'))!.sequence).toBe(users.length + 1);
    await publisher.close();
  });

  it('is told at once what is wrong with an event, and may not write what hosts write', async () => {
    const publisher = await RekappaPublisher.connect({ natsUrl: servers.natsUrl, namespace: 'shop' });
    const head = await topology.log.head();
    await expect(
      publisher.publish({ kind: 'interaction', userId: 'ann', type: 'click' }),
    ).rejects.toMatchObject({ code: 'REK_INVALID_EVENT' });
    await expect(publisher.publish({ kind: 'dance' })).rejects.toMatchObject({ code: 'REK_UNKNOWN_KIND' });
    await expect(publisher.publish({ kind: 'erase', userId: 'ann' })).rejects.toMatchObject({
      code: 'REK_UNKNOWN_KIND',
    });
    expect(await topology.log.head()).toBe(head);
    await publisher.close();
  });
});
