/**
 * The system that is fuzzed: real servers, gateway, host and learner as processes. It knows whether all of it still works:
 * no process has ended, none has written an error, and a click of each partition is in its user's next list.
 */
import { connectNats, type NatsConnection } from '#log';
import { partitionOf, sleep } from '#kernel';
import { startSystem, type AppProcess } from '#testkit';

const PARTITIONS = 4;
const ENVIRONMENT = {
  REKAPPA_LOG_PARTITIONS: String(PARTITIONS),
  REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '2',
  REKAPPA_ACTORS_TICK_MS: '200',
  REKAPPA_ACTORS_CHECKPOINT_MS: '700',
  REKAPPA_LEARNER_SNAPSHOT_SECONDS: '2',
  REKAPPA_MODEL_BITS: '14',
  // On a busy machine a second is no hang.
  REKAPPA_SERVING_TIMEOUT_MS: '10000',
  REKAPPA_LOG_LEVEL: 'warn',
};
/** From a click to its list, after all that was sent before: a stop, not a delay, ms. */
const WELL_MS = 30_000;
const CANARY_ITEM = 'canary-item';

/** A system that somebody else has started, as it is now. */
export interface FuzzedSystem {
  readonly natsUrl: string;
  readonly partitions: number;
  /** All its processes, the gateway that is called first. */
  readonly apps: readonly [AppProcess, ...AppProcess[]];
  /** Presented with each request; it needs the scope `admin`. Undefined where no key is asked for. */
  readonly key?: string;
}

export class Target {
  readonly url: URL;
  readonly key: string | undefined;
  readonly partitions: number;
  private readonly apps: readonly AppProcess[];
  private readonly linesSeen = new Map<AppProcess, number>();
  private readonly canaries: readonly string[];
  private rounds = 0;

  private constructor(
    { apps, key, partitions }: FuzzedSystem,
    readonly nats: NatsConnection,
    private readonly stopSystem: () => Promise<void>,
  ) {
    this.apps = apps;
    this.url = new URL(apps[0].url);
    this.key = key;
    this.partitions = partitions;
    this.canaries = canaryUsers(partitions);
    // What was written before is not the fuzzer's doing.
    for (const app of apps) this.linesSeen.set(app, app.lines.length);
  }

  /** A system of its own. */
  static async start(): Promise<Target> {
    const system = await startSystem({ environment: ENVIRONMENT });
    const { gateway, hosts, learner, servers } = system;
    const apps = [gateway, ...hosts, learner!] as const;
    return Target.attach({ natsUrl: servers.natsUrl, partitions: PARTITIONS, apps }, () => system.stop());
  }

  static async attach(system: FuzzedSystem, stopSystem = () => Promise.resolve()): Promise<Target> {
    const target = new Target(
      system,
      await connectNats({ natsUrl: system.natsUrl, name: 'fuzz' }),
      stopSystem,
    );
    await target.stock();
    return target;
  }

  async openApi(): Promise<unknown> {
    return (await fetch(new URL('/docs/openapi.json', this.url))).json();
  }

  /** What is wrong; [] when all is well. */
  async ailments(): Promise<string[]> {
    const seen = [...this.deaths(), ...this.errorLines()];
    if (this.deaths().length > 0) return seen;
    const stalled = await this.stalled();
    return [...seen, ...this.errorLines(), ...this.deaths(), ...stalled];
  }

  deaths(): string[] {
    return this.apps
      .filter(({ child }) => child.status)
      .map(
        ({ name, child, lines }) =>
          `crash: ${name} ended (${JSON.stringify(child.status)}): ${lines.slice(-2).join(' ').slice(0, 600)}`,
      );
  }

  async stop(): Promise<void> {
    await this.nats.close();
    await this.stopSystem();
  }

  /** Errors that an app has written since the last look. */
  private errorLines(): string[] {
    return this.apps.flatMap((app) => {
      const fresh = app.lines.slice(this.linesSeen.get(app) ?? 0);
      this.linesSeen.set(app, app.lines.length);
      return fresh
        .filter((line) => /"level":"(error|fatal)"/.test(line) || !line.startsWith('{'))
        .map((line) => `${app.name} wrote: ${line.slice(0, 600)}`);
    });
  }

  /** Partitions whose canary does not find its click in its next list. */
  private async stalled(): Promise<string[]> {
    const round = ++this.rounds;
    const results = await Promise.all(
      this.canaries.map(async (user, partition) => {
        const trouble = await this.canary(user, `canary-${round}-${partition}`).catch(String);
        return trouble === undefined ? [] : [`stalled: partition ${partition}: ${trouble}`];
      }),
    );
    const learner = await this.nats
      .request('rpc.learner', '{"op":"status"}', { timeout: WELL_MS })
      .then((reply) => (reply.string().startsWith('{"error"') ? [`the learner says ${reply.string()}`] : []))
      .catch((error: unknown) => [`the learner does not answer: ${String(error)}`]);
    return [...results.flat(), ...learner];
  }

  /** @returns what went wrong */
  private async canary(userId: string, eventId: string): Promise<string | undefined> {
    const click = { kind: 'interaction', type: 'view', userId, itemId: CANARY_ITEM, eventId };
    const posted = await this.post('/v1/events', click);
    if (posted.status !== 202) return `a click is answered ${posted.status}`;
    const { seq } = (await posted.json()) as { seq: number };
    const deadline = performance.now() + WELL_MS;
    let last = '';
    while (performance.now() < deadline) {
      const list = new URL(`/v1/recommendations?user=${userId}&n=3&after=${seq}`, this.url);
      const answer = await fetch(list, { headers: this.access() });
      last = await answer.text();
      const { after, degraded, items } = JSON.parse(last) as {
        after?: { reached: boolean };
        degraded?: object;
        items?: object[];
      };
      if (answer.status === 200 && after?.reached && !degraded && items!.length > 0) return undefined;
      await sleep(200);
    }
    return `no list with its click within ${WELL_MS} ms: ${last.slice(0, 200)}`;
  }

  /** Something to recommend. */
  private async stock(): Promise<void> {
    const items = Array.from({ length: 60 }, (_, i) => ({
      id: `item-${i}`,
      title: `Item ${i}`,
      categories: [['fantasy', 'crime', 'history'][i % 3]!],
      tags: ['classic', 'light'].slice(0, i % 3),
      price: 1 + i,
    }));
    await this.post('/v1/items', [...items, { id: CANARY_ITEM, title: 'Canary' }]);
    const trouble = await this.ailments();
    if (trouble.length > 0) throw new Error(`not well from the start: ${trouble.join('; ')}`);
  }

  private post(path: string, body: unknown): Promise<Response> {
    return fetch(new URL(path, this.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.access() },
      body: JSON.stringify(body),
    });
  }

  private access(): Record<string, string> {
    return this.key === undefined ? {} : { 'x-api-key': this.key };
  }
}

/** One user of each partition, whom no other input names. */
function canaryUsers(partitions: number): string[] {
  const users: string[] = [];
  for (let i = 0; users.filter(Boolean).length < partitions; i++)
    users[partitionOf(`canary-${i}`, partitions)] ??= `canary-${i}`;
  return users;
}
