/**
 * Promise 18: the whole system works with the users of docker/nats/users.conf, each may do what the table says, and is refused
 * everything else.
 */
import { readFileSync } from 'node:fs';
import { RekappaPublisher } from '../../libs/client/publisher.js';
import { connectNats, NATS_USERS, natsPasswordVariable, type NatsConnection, type NatsUser } from '#log';
import { startSystem, until, type RunningSystem } from '#testkit';
import { CommandLine } from './command-line.js';

const CONFIGURATION = readFileSync('docker/nats/users.conf', 'utf8');
const passwordOf = (user: NatsUser): string => `secret-of-${user}`;
const environment = Object.fromEntries(
  NATS_USERS.map((user) => [natsPasswordVariable(user, 'default'), passwordOf(user)]),
);

let system: RunningSystem;
let natsUrl: string;

beforeAll(async () => {
  system = await startSystem({
    natsUsers: {
      configuration: CONFIGURATION,
      environment,
      credentials: (app) => `${app}:${passwordOf(app)}`,
    },
    environment: {
      REKAPPA_LOG_PARTITIONS: '4',
      REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '1',
      REKAPPA_ACTORS_TICK_MS: '200',
      REKAPPA_LEARNER_SNAPSHOT_SECONDS: '1',
      REKAPPA_MODEL_BITS: '14',
      REKAPPA_LOG_LEVEL: 'warn',
    },
  });
  natsUrl = system.servers.natsUrl;
}, 120_000);
afterAll(() => system?.stop());

const urlAs = (user: NatsUser): string => natsUrl.replace('nats://', `nats://${user}:${passwordOf(user)}@`);
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${system.gateway.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('With a user for each of its parts, the system', () => {
  it('takes events, changes the next list, and learns', async () => {
    await post(
      '/v1/items',
      ['a', 'b', 'c', 'd'].map((id) => ({ id, title: id, categories: ['x'] })),
    );
    await post('/v1/events', {
      kind: 'impression',
      userId: 'ada',
      items: [{ itemId: 'a' }, { itemId: 'b' }],
    });
    const clicked = await post('/v1/events', {
      kind: 'interaction',
      type: 'click',
      userId: 'ada',
      itemId: 'a',
    });
    expect(clicked.status).toBe(202);
    const { seq } = (await clicked.json()) as { seq: number };
    const list = async () =>
      (await (await fetch(`${system.gateway.url}/v1/recommendations?user=ada&n=3&after=${seq}`)).json()) as {
        after: { reached: boolean };
        degraded?: object;
        items: { itemId: string }[];
      };
    await until(
      'the list has her click',
      async () => {
        const { after, degraded, items } = await list();
        return after.reached && !degraded && items.length > 0 && items.every(({ itemId }) => itemId !== 'a');
      },
      30_000,
    );
    const cli = new CommandLine(() => ({
      ...system,
      environment: { ...system.environment, NATS_URL: urlAs('cli') },
    }));
    const publisher = await connectNats({ natsUrl: urlAs('publisher') });
    await publisher.request('log.user.0', '{', { timeout: 10_000 });
    await publisher.close();
    await until(
      'what nobody can read is in the dead stream',
      async () => (await cli.run('dead', 'list')).out.includes('REK_INVALID_JSON'),
      30_000,
      500,
    );
    const { learner } = await cli.settled();
    expect(learner.samples).toBeGreaterThan(0);
    for (const command of [
      ['status'],
      ['verify'],
      ['audit'],
      ['dead', 'list'],
      ['replay', '--from-log', '--verify'],
      ['replay', '--set', 'ftrl.alpha=0.05', '--promote'],
      ['dead', 'drop', '--all'],
      ['doctor'],
    ]) {
      const { code, err, out } = await cli.run(...command);
      expect([command, code, code === 0 ? '' : err + out]).toEqual([command, 0, '']);
    }
  }, 180_000);

  it('takes events over NATS from those who may publish', async () => {
    const publisher = await RekappaPublisher.connect({ natsUrl: urlAs('publisher') });
    const { sequence } = await publisher.publish({
      kind: 'interaction',
      userId: 'bob',
      type: 'click',
      itemId: 'b',
    });
    expect(sequence).toBeGreaterThan(0);
    await publisher.close();
    const connection = await connectNats({ natsUrl: urlAs('ingester') });
    const click = JSON.stringify({ userId: 'bob', type: 'view', itemId: 'c' });
    const reply = await connection.request('ingest.interaction', click, { timeout: 10_000 });
    expect(reply.json()).toMatchObject({ accepted: 1 });
    await connection.close();
  });

  it('knows nobody else', async () => {
    for (const url of [natsUrl, natsUrl.replace('nats://', 'nats://gateway:wrong@')])
      await expect(connectNats({ natsUrl: url, attempts: 1 })).rejects.toMatchObject({
        code: 'REK_LOG_UNAVAILABLE',
      });
  });
});

/** Who may publish to what: everybody else is refused. */
const PUBLISH: Readonly<Record<string, readonly NatsUser[]>> = {
  'log.user.0': ['gateway', 'actors', 'cli', 'publisher'],
  'log.item': ['gateway', 'actors', 'cli', 'publisher'],
  'feedback.0': ['actors'],
  'model.main.delta': ['learner'],
  'model.main.promoted': ['learner'],
  'dead.actors': ['actors'],
  'dead.learner': ['learner'],
  audit: ['gateway', 'cli'],
  'ingest.interaction': ['publisher', 'ingester'],
  'users.erased': ['gateway'],
  'rpc.user.0': ['gateway'],
  'rpc.host': ['gateway'],
  'rpc.hosts.status': ['gateway', 'cli'],
  'rpc.hosts.hash': ['cli'],
  'rpc.learner': ['gateway', 'actors', 'cli'],
  'rpc.learner.promote': ['cli'],
  '$KV.REKAPPA_LEASES.partition.0': ['actors'],
  '$KV.REKAPPA_LEASES.learner.main': ['learner'],
  '_INBOX.gateway.x': [],
  'acme.log.user.0': [],
  'acme.ingest.interaction': [],
  '$JS.API.STREAM.CREATE.ANY': [],
  '$JS.API.STREAM.NAMES': [],
  '$JS.API.STREAM.SNAPSHOT.REKAPPA_LOG': [],
  '$JS.API.STREAM.RESTORE.REKAPPA_LOG': [],
  '$JS.API.STREAM.MSG.DELETE.REKAPPA_DEAD': ['gateway', 'cli'],
  ...Object.fromEntries(
    ['LOG', 'FEEDBACK', 'MODEL', 'DEAD', 'AUDIT'].flatMap((name) =>
      ['UPDATE', 'DELETE', 'PURGE'].map((call) => [`$JS.API.STREAM.${call}.REKAPPA_${name}`, []]),
    ),
  ),
  ...Object.fromEntries(
    ['LOG', 'FEEDBACK', 'MODEL', 'AUDIT'].map((name) => [`$JS.API.STREAM.MSG.DELETE.REKAPPA_${name}`, []]),
  ),
  '$JS.API.STREAM.DELETE.KV_REKAPPA_LEASES': [],
  '$JS.API.STREAM.PURGE.KV_REKAPPA_LEASES': [],
  '$JS.API.STREAM.MSG.GET.REKAPPA_LOG': ['actors', 'cli'],
  '$JS.API.CONSUMER.CREATE.REKAPPA_LOG.c': ['actors', 'cli'],
  '$JS.API.CONSUMER.CREATE.REKAPPA_FEEDBACK.c': ['learner', 'cli'],
  '$JS.API.CONSUMER.CREATE.REKAPPA_MODEL.c': ['actors', 'cli'],
  '$JS.API.CONSUMER.CREATE.REKAPPA_AUDIT.c': ['cli'],
};
/** And who may listen. */
const SUBSCRIBE: Readonly<Record<string, readonly NatsUser[]>> = {
  '>': [],
  'log.>': [],
  'log.user.0': [],
  'feedback.0': [],
  'model.main.delta': [],
  audit: [],
  '_INBOX.>': [],
  'ingest.interaction': ['gateway'],
  'users.erased': ['gateway'],
  'rpc.user.0': ['actors'],
  'rpc.host': ['actors'],
  'rpc.learner': ['learner'],
  'rpc.learner.promote': ['learner'],
  '$SYS.>': [],
  '$JS.EVENT.>': [],
  ...Object.fromEntries(NATS_USERS.map((user) => [`_INBOX.${user}.>`, [user]])),
};

describe.each(NATS_USERS)('The user %s', (user) => {
  it('is refused what is not its own', async () => {
    const allowed = (table: typeof PUBLISH): string[] =>
      Object.keys(table).filter((subject) => table[subject]!.includes(user));
    expect(await permitted(user)).toEqual({ publish: allowed(PUBLISH), subscribe: allowed(SUBSCRIBE) });
  });
});

/** Tries everything in the tables; the server says what it refuses, in order, before it answers the flush. */
async function permitted(user: NatsUser): Promise<{ publish: string[]; subscribe: string[] }> {
  const connection = await connectNats({ natsUrl: urlAs(user) });
  const refused = new Set<string>();
  const listening = listen(connection, refused);
  for (const subject of Object.keys(SUBSCRIBE)) connection.subscribe(subject, { callback: () => undefined });
  for (const subject of Object.keys(PUBLISH)) connection.publish(subject);
  await connection.flush();
  await connection.close();
  await listening;
  const left = (operation: string, table: object): string[] =>
    Object.keys(table).filter((subject) => !refused.has(`${operation} ${subject}`));
  return { publish: left('publish', PUBLISH), subscribe: left('subscription', SUBSCRIBE) };
}

async function listen(connection: NatsConnection, refused: Set<string>): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type !== 'error') continue;
    const { operation, subject } = status.error as Error & { operation?: string; subject?: string };
    if (operation !== undefined) refused.add(`${operation} ${subject}`);
  }
}
