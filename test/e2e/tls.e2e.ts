/**
 * Promise 18: with TLS at every connection the system works, and none of them is in plain text or to a server that cannot
 * prove who it is. The certificates are made by openssl; without it there is nothing to test with.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { freePort, launch, type Child } from '#embedded';
import { connectNats } from '#log';
import { openStore } from '#store';
import { startServers, until, type TestServers } from '#testkit';

const TEST_MS = 180_000;
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const whereTls = hasOpenssl ? it : it.skip;

let folder: string;
let servers: TestServers;
let plain: TestServers;
let addresses: Record<'NATS_URL' | 'DATABASE_URL' | 'REDIS_URL', string>;
const children: Child[] = [];
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  if (!hasOpenssl) return;
  folder = mkdtempSync(join(tmpdir(), 'rekappa-tls-'));
  makeCertificates();
  const configuration = `tls { cert_file: ${JSON.stringify(file('server.pem'))}, key_file: ${JSON.stringify(file('server.key'))} }\n`;
  servers = await startServers({ nats: { configuration }, postgres: true, redis: true });
  plain = await startServers({ nats: true });
  await encryptPostgres();
  addresses = {
    NATS_URL: servers.natsUrl.replace('nats://', 'tls://'),
    DATABASE_URL: `${servers.databaseUrl}?sslmode=verify-full`,
    REDIS_URL: servers.redisUrl && `rediss://127.0.0.1:${await encryptRedis()}`,
  };
}, TEST_MS);
afterAll(async () => {
  await Promise.all(children.map((child) => child.stop()));
  await servers?.stop();
  await plain?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

whereTls(
  'The whole system works over TLS: HTTP, NATS, Postgres and Redis',
  async () => {
    for (const app of ['learner', 'actors']) await start(app);
    const url = await start('gateway', {
      REKAPPA_HTTP_TLS_CERT_FILE: file('server.pem'),
      REKAPPA_HTTP_TLS_KEY_FILE: file('server.key'),
    });
    expect(url).toMatch(/^https:/);
    expect(await ask(`${url}/v1/items/trending`, false)).toMatch(/certificate/);
    await until(
      'a list comes from a host',
      async () => {
        const list = JSON.parse(await ask(`${url}/v1/recommendations?user=ada`)) as { degraded?: object };
        return list.degraded === undefined;
      },
      60_000,
    );
    expect(JSON.parse(await ask(`${url}/health/ready`))).toMatchObject({ status: 'ready', impaired: [] });
    await withPostgres(async (client) => {
      const { rows } = await client.query<{ ssl: boolean }>(
        "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'rekappa'",
      );
      expect(rows.length).toBeGreaterThan(1);
      expect(rows.filter(({ ssl }) => !ssl)).toEqual([]);
    });
    if (servers.redisUrl) {
      const redis = new Redis(servers.redisUrl);
      await until('the list is kept in Redis', async () => (await redis.keys('*last:*')).length > 0, 10_000);
      redis.disconnect();
    }
  },
  TEST_MS,
);

describe('Who asks for TLS', () => {
  whereTls('is refused by a server that offers none', async () => {
    const natsUrl = plain.natsUrl.replace('nats://', 'tls://');
    await expect(connectNats({ natsUrl, attempts: 1 })).rejects.toMatchObject({
      code: 'REK_LOG_UNAVAILABLE',
    });
  });

  // This process does not know the authority that signed them.
  whereTls('trusts no server that cannot prove who it is', async () => {
    await expect(connectNats({ natsUrl: addresses.NATS_URL, attempts: 1 })).rejects.toThrow(/certificate/);
    const store = openStore(addresses.DATABASE_URL, { namespace: 'default', connectAttempts: 1 });
    await expect(store).rejects.toThrow(/certificate/);
  });
});

/** An authority, and a certificate of it for this machine. */
function makeCertificates(): void {
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...curve,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
  );
  openssl('req', ...curve, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signing);
}

async function encryptPostgres(): Promise<void> {
  await withPostgres(async (client) => {
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    const data = rows[0]!.data_directory;
    const owner = statSync(data);
    for (const name of ['server.pem', 'server.key']) {
      copyFileSync(file(name), join(data, name));
      chmodSync(join(data, name), 0o600);
      chownSync(join(data, name), owner.uid, owner.gid);
    }
    await client.query("ALTER SYSTEM SET ssl_cert_file = 'server.pem'");
    await client.query("ALTER SYSTEM SET ssl_key_file = 'server.key'");
    await client.query('ALTER SYSTEM SET ssl = on');
    await client.query('SELECT pg_reload_conf()');
  });
}

async function withPostgres(use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: servers.databaseUrl });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

/** @returns the port that speaks TLS */
async function encryptRedis(): Promise<number> {
  const redis = new Redis(servers.redisUrl);
  const port = await freePort();
  const settings = {
    'tls-cert-file': file('server.pem'),
    'tls-key-file': file('server.key'),
    'tls-ca-cert-file': file('ca.pem'),
    'tls-auth-clients': 'no',
    'tls-port': String(port),
  };
  await redis.config('SET', ...(Object.entries(settings).flat() as [string, string]));
  redis.disconnect();
  return port;
}

/** An app that trusts our authority. @returns where it listens */
async function start(app: string, own: Record<string, string> = {}): Promise<string> {
  const lines: string[] = [];
  const child = await launch({
    name: app,
    command: process.execPath,
    args: [join('dist', 'apps', app, 'main.js'), '--name', `tls-${app}`],
    marker: `--name tls-${app}`,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      PORT: '0',
      REKAPPA_HTTP_METRICS_PORT: '0',
      REKAPPA_LOG_PARTITIONS: '4',
      REKAPPA_MODEL_BITS: '14',
      NODE_EXTRA_CA_CERTS: file('ca.pem'),
      ...addresses,
      ...own,
    },
    logFile: file(`${app}.log`),
    pidFile: file(`${app}.pid`),
    onLine: (line) => void lines.push(line),
  });
  children.push(child);
  const listening = (): string | undefined => lines.find((line) => line.includes('"msg":"listening"'));
  await until(
    `${app} listens`,
    () => {
      if (child.status) throw new Error(`${app} ended: ${lines.slice(-5).join('\n')}`);
      return listening() !== undefined;
    },
    60_000,
  );
  return (JSON.parse(listening()!) as { http: string }).http;
}

/** @returns the body, or why there is none */
function ask(url: string, trusting = true): Promise<string> {
  return new Promise((resolve) => {
    const options = trusting ? { ca: readFileSync(file('ca.pem')) } : {};
    get(url, options, (answer) => {
      let body = '';
      answer.on('data', (part: Buffer) => (body += part.toString()));
      answer.on('end', () => resolve(body));
    }).on('error', (error) => resolve(error.message));
  });
}
