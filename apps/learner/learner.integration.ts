import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { modelSettingsOf, OnlineModel } from '#learning';
import { connectNats, openTopology, type LogTopology, type NatsConnection } from '#log';
import { LazySnapshots, LearnerClient, ModelFollower, shadowName } from '#model-feed';
import { createApp, urlOf } from '#observability';
import { openStore } from '#store';
import { startServers, until, type TestServers } from '#testkit';
import { appendFeedback, FEEDBACK, testSettings } from './learner-harness.js';
import { LearnerModule } from './learner.module.js';
import { LearnerService } from './learner.service.js';

const PART = Math.floor(FEEDBACK.length / 3);
const LEASE_MS = 1_500;

let servers: TestServers;
let connection: NatsConnection;
let topology: LogTopology;
let client: LearnerClient;
let snapshots: LazySnapshots;
let follower: ModelFollower;
const apps: NestFastifyApplication[] = [];

const settings = (overrides: Parameters<typeof testSettings>[0] = {}) =>
  testSettings({
    natsUrl: servers.natsUrl,
    databaseUrl: servers.databaseUrl,
    log: { partitions: 4 } as never,
    actors: { leaseMs: LEASE_MS } as never,
    ...overrides,
  });

async function startApp(
  overrides?: Parameters<typeof testSettings>[0],
): Promise<{ app: NestFastifyApplication; started: Promise<void> }> {
  const app = await createApp(LearnerModule.forRoot(settings(overrides)));
  await app.init();
  apps.push(app);
  return { app, started: app.get(LearnerService).start() };
}

const learnt = (sequence: number) =>
  until(`${sequence} is learnt`, async () => (await client.status()).sequence === sequence, 20_000, 50);

function offline(to: number, overrides?: Parameters<typeof testSettings>[0]): OnlineModel {
  const model = new OnlineModel(modelSettingsOf(settings(overrides)));
  FEEDBACK.slice(0, to).forEach((message, i) => model.fold(i + 1, message));
  return model;
}

beforeAll(async () => {
  servers = await startServers({ nats: true, postgres: true });
  connection = await connectNats({ natsUrl: servers.natsUrl });
  topology = await openTopology(connection, settings());
  client = new LearnerClient(connection);
  snapshots = new LazySnapshots(
    () => openStore(servers.databaseUrl, { connectAttempts: 1 }),
    () => undefined,
  );
}, 60_000);

afterAll(async () => {
  await follower?.stop();
  await Promise.all(apps.map((app) => app.close()));
  await snapshots?.close();
  await connection?.close();
  await servers?.stop();
}, 60_000);

describe('The learner with real servers', () => {
  it('learns, publishes and answers', async () => {
    const { app, started } = await startApp();
    await started;
    follower = new ModelFollower({
      topology,
      snapshots,
      name: 'main',
      settings: modelSettingsOf(settings()),
      requestSnapshot: () => client.snapshot(),
      retryMs: 50,
    });
    await follower.start();
    await appendFeedback(topology, 0, PART);
    await learnt(PART);
    await until('the follower has it', () => follower.replica.sequence === PART);
    expect((await client.hash()).sha256).toBe(offline(PART).hash().sha256);
    const status = await client.status();
    expect(status).toMatchObject({ model: 'main', head: PART, samples: offline(PART).samples });
    await until('those who watch are told how well it learns', async () => {
      const { samples, metrics } = await client.progress();
      return samples === offline(PART).samples && metrics?.cumulative.samples === samples;
    });
    await app.listen(0, '127.0.0.1');
    const get = async (path: string) => (await fetch(`${urlOf(app)}${path}`)).text();
    await until('metrics tell the samples', async () =>
      /rekappa_samples_total\{label="0",app="learner"\} [1-9]/.test(await get('/metrics')),
    );
    expect(await get('/health/ready')).toMatch(/ready|ok/);
    await expect(client.promote('no-such-snapshot')).rejects.toMatchObject({ code: 'REK_INVALID_REQUEST' });
  }, 60_000);

  it('hands over to the learner that stands by, which continues from the last snapshot', async () => {
    const standby = await startApp();
    expect(standby.app.get(LearnerService).model).toBeUndefined();
    await apps[0]!.close();
    await standby.started;
    await appendFeedback(topology, PART, 2 * PART);
    await learnt(2 * PART);
    expect((await client.hash()).sha256).toBe(offline(2 * PART).hash().sha256);
    await until('the follower follows the new writer', () => follower.replica.sequence === 2 * PART);
  }, 60_000);

  it('promotes a model rebuilt aside, live', async () => {
    const other = { ftrl: { alpha: 0.02 } as never };
    const { header, chunks } = offline(PART, other).encodeSnapshot();
    const shadow = await snapshots.write({
      model: shadowName('main'),
      version: header.version,
      sequence: header.sequence,
      header,
      chunks,
    });
    const { version } = await client.promote(shadow);
    await until('the follower has the promoted model', () => follower.replica.version === version);
    expect((await client.hash()).sha256).toBe(offline(2 * PART, other).hash().sha256);
  }, 60_000);

  it('learns on without Postgres, and writes its snapshot when it is back', async () => {
    await servers.postgres!.stop();
    await appendFeedback(topology, 2 * PART);
    await learnt(FEEDBACK.length);
    await until('the follower follows', () => follower.replica.sequence === FEEDBACK.length);
    await expect(client.snapshot()).rejects.toMatchObject({ code: 'REK_STORE_UNAVAILABLE' });
    await servers.postgres!.restart();
    await until(
      'the snapshot is written',
      async () => (await client.snapshot().catch(() => undefined))?.sequence === FEEDBACK.length,
      30_000,
      200,
    );
  }, 90_000);
});
