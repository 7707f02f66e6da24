/** `GET /v1/status`: what answers is told, what does not is named, and asking costs the system no more the more people ask. */
import { connectNats, type NatsConnection } from '#log';
import { startServers, until, type TestServers } from '#testkit';
import { startGateway, type Answered, type RunningGateway } from '../testing/start-gateway.js';

let servers: TestServers;
let gateway: RunningGateway;
let nats: NatsConnection;
const stops: (() => void)[] = [];

beforeAll(async () => {
  servers = await startServers({ nats: true });
  gateway = await startGateway({ natsUrl: servers.natsUrl, log: { partitions: 4 } });
  nats = await connectNats({ natsUrl: servers.natsUrl });
}, 60_000);
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});
afterAll(async () => {
  await nats?.close();
  await gateway?.stop();
  await servers?.stop();
});

/** Answers `subject` until it is stopped. @returns how to, and how often it was asked */
async function answering(
  subject: string,
  answer: object,
): Promise<{ asked: () => number; stop: () => void }> {
  let asked = 0;
  const subscription = nats.subscribe(subject, {
    callback: (_error, message) => {
      asked++;
      message.respond(JSON.stringify(answer));
    },
  });
  await nats.flush();
  const stop = (): void => subscription.unsubscribe();
  stops.push(stop);
  return { asked: () => asked, stop };
}

const hostStatus = (hostId: string, partitions: readonly number[]) => ({
  hostId,
  modelVersion: 'main-1',
  modelSequence: 7,
  modelAgeMs: 20,
  items: 3,
  foldedEvents: { impression: 5 },
  listedItems: { content: 9 },
  partitions: partitions.map((partition) => ({
    partition,
    epoch: 1,
    phase: 'live',
    position: 9,
    lagEvents: 0,
    users: 2,
  })),
});
const losses = { logLoss: 0.3, normalisedEntropy: 0.9, auc: 0.7, calibration: 1 };
const progress = {
  version: 'main-1',
  sequence: 7,
  samples: 70,
  rejected: 0,
  held: 1,
  snapshot: { id: 'x', sequence: 5, at: 1_000 },
  metrics: {
    cumulative: {},
    windowed: { samples: 70, clicks: 7, predictors: { blend: { ...losses, calibrationBins: [] } } },
  },
  ranking: { predictors: { blend: { ndcg: 0.6, userAuc: null } } },
};

/** Of a round that began after now. */
async function freshStatus(): Promise<Answered['body']> {
  const { at } = (await gateway.call('GET', '/v1/status')).body;
  let status: Answered['body'];
  await until('another round', async () => {
    ({ body: status } = await gateway.call('GET', '/v1/status'));
    return status.at > at;
  });
  return status;
}

describe('GET /v1/status', () => {
  it('without hosts and learner answers soon, and says that they did not', async () => {
    const startedAt = performance.now();
    const { status, body } = await gateway.call('GET', '/v1/status');
    expect(status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(body).toMatchObject({ namespace: 'default', partitions: 4, hosts: [], unowned: [0, 1, 2, 3] });
    expect(body.log).toMatchObject({ feedbackHead: 0, dead: 0 });
    expect(body).not.toHaveProperty('learner');
    expect(body.missing).toMatchObject([
      { part: 'hosts', code: 'REK_HOST_UNAVAILABLE' },
      { part: 'learner', code: 'REK_NOT_READY' },
    ]);
  });

  it('tells what hosts, learner and the gateway itself know', async () => {
    await answering('rpc.hosts.status', hostStatus('b', [2, 3]));
    await answering('rpc.hosts.status', hostStatus('a', [0, 1]));
    await answering('rpc.learner', progress);
    await gateway.call('POST', '/v1/events', {
      kind: 'interaction',
      type: 'click',
      userId: 'ada',
      itemId: 'x',
    });
    await gateway.call('GET', '/v1/recommendations?user=ada');
    const status = await freshStatus();
    expect(status.missing).toEqual([]);
    expect(status.hosts).toEqual([hostStatus('a', [0, 1]), hostStatus('b', [2, 3])]);
    expect(status.unowned).toEqual([]);
    expect(status.learner).toEqual({
      version: 'main-1',
      sequence: 7,
      samples: 70,
      rejected: 0,
      held: 1,
      snapshotAt: 1_000,
      newest: { samples: 70, clicks: 7, predictors: { blend: { ...losses, ndcg: 0.6 } } },
    });
    expect(status.log.head).toBeGreaterThan(0);
    expect(status.gateway).toMatchObject({
      impaired: [],
      acceptedEvents: { interaction: 1 },
      rejectedEvents: 0,
      recommendations: { empty: 1 },
      latency: { lists: 1, p50Ms: expect.any(Number) },
    });
  });

  it('names a host that has fallen silent while nobody else owns what it had, and forgets it when somebody does', async () => {
    await answering('rpc.hosts.status', hostStatus('a', [0, 1]));
    const b = await answering('rpc.hosts.status', hostStatus('b', [2, 3]));
    expect((await freshStatus()).hosts).toHaveLength(2);
    b.stop();
    const alone = await freshStatus();
    expect(alone.unowned).toEqual([2, 3]);
    expect(alone.missing).toContainEqual({
      part: 'hosts',
      code: 'REK_TIMEOUT',
      message: expect.stringContaining('no answer from b'),
    });
    await answering('rpc.hosts.status', hostStatus('c', [2, 3]));
    const taken = await freshStatus();
    expect(taken.hosts.map(({ hostId }: { hostId: string }) => hostId)).toEqual(['a', 'c']);
    expect(taken.missing.filter(({ part }: { part: string }) => part === 'hosts')).toEqual([]);
  });

  it('asks once a second at most, however many look', async () => {
    const host = await answering('rpc.hosts.status', hostStatus('a', [0, 1, 2, 3]));
    const learner = await answering('rpc.learner', progress);
    await freshStatus();
    const before = [host.asked(), learner.asked()];
    const startedAt = performance.now();
    for (let i = 0; i < 10; i++)
      await Promise.all(Array.from({ length: 20 }, () => gateway.call('GET', '/v1/status')));
    const rounds = Math.ceil((performance.now() - startedAt) / 1_000) + 1;
    expect(host.asked() - before[0]!).toBeLessThanOrEqual(rounds);
    expect(learner.asked() - before[1]!).toBeLessThanOrEqual(rounds);
  });

  it('answers without NATS too', async () => {
    const own = await startServers({ nats: true });
    const lonely = await startGateway({ natsUrl: own.natsUrl });
    await own.nats!.kill9();
    await until('the link is known to be down', async () =>
      (await lonely.call('GET', '/v1/status')).body.gateway.impaired.includes('nats'),
    );
    const { status, body } = await lonely.call('GET', '/v1/status');
    expect(status).toBe(200);
    expect(body.missing.map(({ part }: { part: string }) => part)).toEqual(['hosts', 'learner', 'log']);
    await lonely.stop();
    await own.stop();
  }, 60_000);
});
