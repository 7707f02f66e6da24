import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '#kernel';
import { RekappaClient, type ClientOptions } from './client.js';
import type { ClientError } from './client-error.js';
import type { OutgoingEvent } from './client-events.js';
import type { PageHost } from './page-host.js';

interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}
interface Seen {
  method: string;
  url: string;
  body: unknown;
}

/** A gateway that answers as told, then accepts everything. */
class ScriptedGateway {
  readonly seen: Seen[] = [];
  script: ((seen: Seen) => Reply | 'hang up' | undefined)[] = [];
  private seq = 0;
  private server!: Server;

  async listen(port = 0): Promise<void> {
    this.server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const seen = { method: request.method!, url: request.url!, body };
        this.seen.push(seen);
        const reply = this.script.shift()?.(seen) ?? this.accept(body);
        if (reply === 'hang up') return void request.socket.destroy();
        response
          .writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
          .end(JSON.stringify(reply.body));
      });
    }).listen(port, '127.0.0.1');
    await new Promise((resolve) => this.server.once('listening', resolve));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  accept(body: unknown, rejected: { index: number; code: string; message: string }[] = []): Reply {
    const accepted = (Array.isArray(body) ? body.length : 1) - rejected.length;
    return { status: accepted > 0 ? 202 : 400, body: { accepted, rejected, seq: (this.seq += accepted) } };
  }

  /** Event ids per request. */
  get batches(): string[][] {
    return this.seen
      .filter((seen) => seen.url === '/v1/events')
      .map((seen) => (seen.body as OutgoingEvent[]).map((event) => event.eventId));
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

let gateway: ScriptedGateway;
const clients: RekappaClient[] = [];
beforeEach(async () => {
  gateway = new ScriptedGateway();
  await gateway.listen();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  gateway.close();
});

function newClient(options: Partial<ClientOptions> = {}): RekappaClient {
  const client = new RekappaClient({
    url: `http://127.0.0.1:${gateway.port}/`,
    flushMs: 1,
    retryBaseMs: 1,
    retryCapMs: 20,
    ...options,
  });
  clients.push(client);
  return client;
}

const click = (i: number) => ({ userId: 'ann', itemId: `i${i}`, eventId: `e${i}` });
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `e${from + i}`);
const unavailable = (code = 'REK_LOG_UNAVAILABLE'): Reply => ({
  status: 503,
  body: { error: { code, message: 'later' } },
});

describe('events on their way', () => {
  it('go in batches, in order, with everything filled in', async () => {
    const client = newClient({ batchMax: 100, now: () => 1_700_000_000_000 });
    const tracked = await Promise.all(Array.from({ length: 250 }, (_, i) => client.click(click(i))));
    expect(gateway.batches).toEqual([ids(0, 100), ids(100, 200), ids(200, 250)]);
    expect(tracked[249]).toEqual({ eventId: 'e249', seq: 250 });
    const [first] = gateway.seen[0]!.body as OutgoingEvent[];
    expect(first).toEqual({
      kind: 'interaction',
      type: 'click',
      userId: 'ann',
      itemId: 'i0',
      eventId: 'e0',
      timestamp: 1_700_000_000_000,
      version: 1,
    });
  });

  it('get ids of their own when they have none', async () => {
    const { eventId } = await newClient().click({ userId: 'ann', itemId: 'i' });
    expect(eventId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });

  it('are sent again with the same ids until they are acknowledged', async () => {
    gateway.script = [
      () => unavailable(),
      () => 'hang up',
      () => ({ status: 429, body: {}, headers: { 'retry-after': '0' } }),
    ];
    await newClient().click(click(1));
    expect(gateway.batches).toEqual([['e1'], ['e1'], ['e1'], ['e1']]);
  });

  it('survive a gateway that is away for a while', async () => {
    const { port } = gateway;
    const client = newClient({ url: `http://127.0.0.1:${port}`, attempts: 200 });
    gateway.close();
    const tracked = client.click(click(1));
    gateway = new ScriptedGateway();
    await gateway.listen(port);
    expect(await tracked).toEqual({ eventId: 'e1', seq: 1 });
  });

  it('are refused one by one, with the code, while their neighbours are kept', async () => {
    gateway.script = [
      ({ body }) =>
        gateway.accept(body, [{ index: 1, code: 'REK_UNKNOWN_INTERACTION', message: 'no weight' }]),
    ];
    const lost: string[] = [];
    const client = newClient({ onLost: (event, error) => lost.push(`${event.eventId} ${error.code}`) });
    const results = await Promise.allSettled([1, 2, 3].map((i) => client.click(click(i))));
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(lost).toEqual(['e2 REK_UNKNOWN_INTERACTION']);
    expect(gateway.batches).toHaveLength(1);
  });

  it('are refused all together by a 400 that names them', async () => {
    gateway.script = [
      ({ body }) => gateway.accept(body, [{ index: 0, code: 'REK_INVALID_EVENT', message: 'bad' }]),
    ];
    await expect(newClient().click(click(1))).rejects.toMatchObject({
      code: 'REK_INVALID_EVENT',
      retryable: false,
    });
    expect(gateway.batches).toHaveLength(1);
  });

  it('are re-sent alone when only they met a passing condition', async () => {
    gateway.script = [
      ({ body }) => gateway.accept(body, [{ index: 0, code: 'REK_LOG_UNAVAILABLE', message: 'later' }]),
    ];
    const client = newClient();
    await Promise.all([1, 2].map((i) => client.click(click(i))));
    expect(gateway.batches).toEqual([['e1', 'e2'], ['e1']]);
  });

  it('are halved when the gateway finds the body too large', async () => {
    const tooLarge: Reply = {
      status: 413,
      body: { error: { code: 'REK_BODY_TOO_LARGE', message: 'smaller' } },
    };
    gateway.script = [() => tooLarge];
    const client = newClient();
    await Promise.all([1, 2, 3].map((i) => client.click(click(i))));
    expect(gateway.batches).toEqual([['e1', 'e2', 'e3'], ['e1', 'e2'], ['e3']]);
    gateway.script = [() => tooLarge];
    await expect(client.click(click(4))).rejects.toMatchObject({ code: 'REK_BODY_TOO_LARGE' });
  });

  it('are given up after a bounded number of attempts, and an ignored promise harms nobody', async () => {
    gateway.script = Array.from({ length: 10 }, () => () => unavailable());
    const lost: ClientError[] = [];
    const client = newClient({ attempts: 3, onLost: (_event, error) => lost.push(error) });
    void client.click(click(1));
    await client.flush();
    expect(gateway.batches).toHaveLength(3);
    expect(lost).toMatchObject([{ code: 'REK_LOG_UNAVAILABLE', retryable: true, status: 503 }]);
  });

  it('are sent by one request at a time, whoever asks for a flush when', async () => {
    let open = 0;
    let most = 0;
    const client = newClient({
      fetch: async (...request) => {
        most = Math.max(most, ++open);
        try {
          return await fetch(...request);
        } finally {
          open--;
        }
      },
    });
    const first = client.click(click(0));
    const rest = Array.from({ length: 250 }, (_, i) => client.click(click(i + 1)));
    await first.then(() => client.flush());
    await Promise.all(rest);
    expect([most, gateway.batches.flat()]).toEqual([1, ids(0, 251)]);
  });

  it('get the gateway’s time where this machine’s is refused, and keep the caller’s', async () => {
    const client = newClient({ now: () => Date.now() + 3_600_000, flushMs: 20 });
    const refuse = ({ body }: Seen) =>
      gateway.accept(
        body,
        [0, 1].map((index) => ({ index, code: 'REK_TIMESTAMP_OUT_OF_RANGE', message: 'ahead' })),
      );
    gateway.script = [refuse];
    const own = client.click(click(1));
    const given = client.click({ ...click(2), timestamp: 5 });
    await expect(own).resolves.toMatchObject({ eventId: 'e1' });
    await expect(given).rejects.toMatchObject({ code: 'REK_TIMESTAMP_OUT_OF_RANGE' });
    const [before, after] = gateway.seen.map(({ body }) => (body as OutgoingEvent[])[0]!);
    expect(before!.timestamp).toBeGreaterThan(Date.now());
    expect(after).toEqual({ ...before, timestamp: undefined });
  });

  it('are refused beyond the queue and after close', async () => {
    const client = newClient({ queueMax: 2, flushMs: 10_000 });
    const kept = [1, 2].map((i) => client.click(click(i)));
    await expect(client.click(click(3))).rejects.toMatchObject({ code: 'REK_OVERLOADED', retryable: true });
    await client.close();
    await Promise.all(kept);
    await expect(client.click(click(4))).rejects.toMatchObject({ code: 'REK_NOT_READY' });
  });
});

describe('a page that goes away', () => {
  const listeners = new Map<string, () => void>();
  const sent: { url: string; body: Blob }[] = [];
  const page = (beacons: boolean, origin?: string) => {
    const target = {
      addEventListener: (type: string, listener: () => void) => void listeners.set(type, listener),
      removeEventListener: (type: string) => void listeners.delete(type),
    };
    const sendBeacon = (url: string, body: Blob) => beacons && sent.push({ url, body }) > 0;
    const document = { ...target, visibilityState: 'hidden' };
    const location = origin === undefined ? undefined : { origin };
    return { ...target, document, location, navigator: { sendBeacon } } satisfies PageHost;
  };
  beforeEach(() => {
    listeners.clear();
    sent.length = 0;
  });

  it('hands what waits to the browser, once, in beacons of bounded size, and still sends it should it live on', async () => {
    const client = newClient({ page: page(true), flushMs: 10_000 });
    const tracked = Array.from({ length: 600 }, (_, i) => client.click(click(i)));
    listeners.get('visibilitychange')!();
    listeners.get('pagehide')!();
    const bodies = await Promise.all(
      sent.map(async ({ body }) => JSON.parse(await body.text()) as OutgoingEvent[]),
    );
    expect(
      bodies
        .flat()
        .map((event) => event.eventId)
        .sort(),
    ).toEqual(ids(0, 600).sort());
    for (const { url, body } of sent) {
      expect(url).toMatch(/\/v1\/events$/);
      expect(body.type).toBe('application/json');
      expect(body.size).toBeLessThan(60_000);
    }
    await client.close();
    await Promise.all(tracked);
    expect(gateway.batches.flat().sort()).toEqual(ids(0, 600).sort());
    expect(listeners.size).toBe(0);
  });

  it('hands over again what did not arrive, and what it handed over before it was shown once more', async () => {
    const host = page(false);
    const client = newClient({ page: host, flushMs: 10_000 });
    gateway.script = ['hang up', 'hang up'].map((reply) => () => reply as 'hang up');
    void client.click(click(1));
    listeners.get('pagehide')!();
    await until('the first request has failed', () => gateway.batches.length === 1);
    await until('it is handed over again', () => {
      listeners.get('pagehide')!();
      return gateway.batches.length >= 2;
    });
    const beaconing = page(true);
    const other = newClient({ page: beaconing, flushMs: 10_000 });
    void other.click(click(2));
    listeners.get('visibilitychange')!();
    listeners.get('pagehide')!();
    expect(sent).toHaveLength(1);
    beaconing.document.visibilityState = 'visible';
    listeners.get('visibilitychange')!();
    listeners.get('pagehide')!();
    expect(sent).toHaveLength(2);
  });

  it('falls back to a request that outlives it', async () => {
    const client = newClient({ page: page(false), flushMs: 10_000 });
    void client.click(click(1));
    listeners.get('pagehide')!();
    await until('the request has come', () => gateway.batches.length === 1);
  });
});

describe('a page of another origin than the gateway', () => {
  it('sends a request that outlives it, since a beacon would bring cookies along', async () => {
    const sent: string[] = [];
    const listeners = new Map<string, () => void>();
    const client = newClient({
      flushMs: 10_000,
      page: {
        addEventListener: (type, listener) => void listeners.set(type, listener),
        removeEventListener: () => undefined,
        location: { origin: 'https://shop.example' },
        navigator: { sendBeacon: (url) => sent.push(url) > 0 },
      },
    });
    void client.click(click(1));
    listeners.get('pagehide')!();
    await until('the request has come', () => gateway.batches.length === 1);
    expect(sent).toEqual([]);
  });
});

describe('reads', () => {
  const list = { recommendationId: 'r', items: [] };
  const answer = () => ({ status: 200, body: list });

  it('ask by GET where they can and by POST where they must', async () => {
    const client = newClient();
    gateway.script = Array.from({ length: 6 }, () => answer);
    expect(await client.recommend({ user: 'a&b', n: 5, scenario: 'home', after: 7 })).toEqual(list);
    const rules = [{ name: 'sale', boost: 2 }];
    await client.recommend({ user: 'ann', filter: { categories: ['tea'] }, exclude: ['i1'], rules });
    await client.rank({ user: 'ann', items: ['i1', 'i2'] });
    await client.similar('a/b', 3);
    await client.trending({ category: 'tea', windowSeconds: 60 });
    await client.trending();
    expect(gateway.seen).toEqual([
      { method: 'GET', url: '/v1/recommendations?user=a%26b&n=5&scenario=home&after=7', body: undefined },
      {
        method: 'POST',
        url: '/v1/recommendations',
        body: { user: 'ann', filter: { categories: ['tea'] }, exclude: ['i1'], rules },
      },
      { method: 'POST', url: '/v1/rank', body: { user: 'ann', items: ['i1', 'i2'] } },
      { method: 'GET', url: '/v1/items/a%2Fb/similar?n=3', body: undefined },
      { method: 'GET', url: '/v1/items/trending?category=tea&windowSeconds=60', body: undefined },
      { method: 'GET', url: '/v1/items/trending', body: undefined },
    ]);
  });

  it('can ask to reflect everything this client has tracked', async () => {
    const client = newClient({ flushMs: 10_000 });
    void client.click(click(1));
    void client.impression({ userId: 'ann', items: ['i1', { itemId: 'i2', position: 4 }] });
    gateway.script = [({ body }) => gateway.accept(body), answer];
    await client.recommend({ user: 'ann', after: 'mine' });
    expect(gateway.seen.map((seen) => seen.url)).toEqual([
      '/v1/events',
      '/v1/recommendations?user=ann&after=2',
    ]);
    expect((gateway.seen[0]!.body as OutgoingEvent[])[1]).toMatchObject({
      kind: 'impression',
      items: [{ itemId: 'i1' }, { itemId: 'i2', position: 4 }],
    });
  });

  it('do not wait for events without end, nor use up their attempts, while the gateway takes none', async () => {
    const lost: string[] = [];
    const client = newClient({
      flushMs: 1,
      retryBaseMs: 60_000,
      retryCapMs: 60_000,
      onLost: ({ eventId }) => lost.push(eventId),
    });
    gateway.script = [() => unavailable(), ...Array.from({ length: 15 }, () => answer)];
    void client.click(click(1));
    await until('it is refused', () => gateway.batches.length === 1);
    await Promise.all(Array.from({ length: 15 }, () => client.recommend({ user: 'ann', after: 'mine' })));
    expect([gateway.batches.length, lost]).toEqual([1, []]);
  });

  it('reflect what was tracked before them, whatever is tracked after', async () => {
    const client = newClient({ batchMax: 1 });
    let stop = false;
    let n = 0;
    const busy = (async () => {
      for (; !stop; n++) await Promise.race([client.click(click(n)), new Promise((r) => setTimeout(r, 1))]);
    })();
    await until('it is busy', () => n > 5);
    const seen = gateway.batches.length;
    await client.recommend({ user: 'ann', after: 'mine' });
    expect(gateway.batches.length - seen).toBeLessThan(200);
    stop = true;
    await busy;
  });

  it('throw the gateway’s refusal', async () => {
    gateway.script = [
      () => ({ status: 404, body: { error: { code: 'REK_UNKNOWN_ITEM', message: 'no such item' } } }),
    ];
    await expect(newClient().similar('nothing')).rejects.toMatchObject({
      code: 'REK_UNKNOWN_ITEM',
      status: 404,
      retryable: false,
    });
  });
});

describe('the browser entry', () => {
  it('imports nothing but its own files', () => {
    const folder = dirname(fileURLToPath(import.meta.url));
    const visited = new Set<string>();
    const visit = (file: string): void => {
      if (visited.has(file)) return;
      visited.add(file);
      for (const [, from] of readFileSync(join(folder, file), 'utf8').matchAll(/from '([^']+)'/g)) {
        expect(from).toMatch(/^\.\/[a-z-]+\.js$/);
        visit(from!.slice(2).replace('.js', '.ts'));
      }
    };
    visit('index.ts');
    expect(visited.size).toBeGreaterThan(5);
    expect(visited.has('publisher.ts')).toBe(false);
  });
});
