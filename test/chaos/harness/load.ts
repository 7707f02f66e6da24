/**
 * Clients as they should be: lists of five and a click in each, sent again under the same event ids until they are
 * acknowledged. Knows what was acknowledged, which is what must be found again.
 */
import { SeededRandom, sleep } from '#kernel';
import { until } from '#testkit';

export interface LoadOptions {
  readonly users?: number;
  /** Whose names begin with this. Default `user`. */
  readonly userPrefix?: string;
  readonly items?: number;
  /** Lists in a request. */
  readonly lists?: number;
  readonly pauseMs?: number;
  /** Who send at once. Default 1. */
  readonly clients?: number;
  /** The API key to present now. Default: none. */
  readonly key?: () => string;
}

export interface Refusal {
  readonly status: number;
  readonly code: string;
  /** s; undefined when the answer did not say. */
  readonly retryAfter: number | undefined;
}

/** Most time for one request with all its repetitions, ms. */
const PATIENCE_MS = 60_000;
/** Whoever is told to wait for seconds comes back after this, ms: a client without manners. */
const AGAIN_MS = 50;
/** Of a refusal that is told. */
const REFUSAL_CHARS_MAX = 300;
/** One try, ms: longer than the gateway waits for the log. */
const TRY_MS = 8_000;

export class Load {
  /** Acknowledged clicks, by user. */
  readonly clicks: Record<string, number> = {};
  acknowledged = 0;
  /** Requests that had to be sent again. */
  repeated = 0;
  /** Answers that asked for another try. */
  readonly refusals: Refusal[] = [];
  /** Request to acknowledgement, with all repetitions, s. */
  readonly waits: number[] = [];
  private readonly users: number;
  private readonly items: number;
  /** Tells its events from those of other loads of the run. */
  private readonly name: string;
  private stopping = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly url: () => string,
    private readonly random: SeededRandom,
    private readonly options: LoadOptions = {},
  ) {
    this.users = options.users ?? 40;
    this.items = options.items ?? 60;
    this.name = random.below(2 ** 32).toString(36);
  }

  async start(): Promise<void> {
    await this.post(
      '/v1/items',
      Array.from({ length: this.items }, (_, i) => ({ id: `item-${i}`, categories: [`shelf-${i % 6}`] })),
    );
    this.stopping = false;
    const clients = Array.from({ length: this.options.clients ?? 1 }, (_, client) => this.run(client));
    this.running = Promise.all(clients).then(() => undefined);
    this.running.catch(() => undefined); // reported by stop()
  }

  /** Resolves when everything sent is acknowledged. @throws when something was refused for good */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  /** Resolves when so many more events are acknowledged. */
  async sent(more: number): Promise<void> {
    const goal = this.acknowledged + more;
    const failed = this.running?.then(() => {
      if (!this.stopping) throw new Error('the load ended');
    });
    await Promise.race([
      until(`${more} more events are acknowledged`, () => this.acknowledged >= goal, PATIENCE_MS),
      failed ?? Promise.resolve(),
    ]);
  }

  /** One click of the user. @returns its log sequence */
  async click(userId: string): Promise<number> {
    const itemId = `item-${this.random.below(this.items)}`;
    const eventId = `lone-${this.random.below(2 ** 48)}`;
    const event = { kind: 'interaction', type: 'click', eventId, userId, itemId, timestamp: Date.now() };
    const { seq } = await this.post('/v1/events', [event]);
    this.count(userId);
    return seq;
  }

  /** Users whose folded clicks differ from the acknowledged ones. */
  async differing(): Promise<string[]> {
    const different: string[] = [];
    for (const [user, clicks] of Object.entries(this.clicks)) {
      const answer = await fetch(`${this.url()}/v1/users/${user}/state`, { headers: this.access() });
      const state = (await answer.json()) as { counters?: { byType: { click?: number } } };
      const folded = state.counters?.byType.click ?? 0;
      if (folded !== clicks) different.push(`${user} has ${folded} clicks of ${clicks} acknowledged`);
    }
    return different;
  }

  private async run(client: number): Promise<void> {
    for (let round = 0; !this.stopping; round++) {
      const lists = Array.from({ length: this.options.lists ?? 10 }, (_, k) =>
        this.list(`${this.name}-${client}-${round}-${k}`),
      );
      await this.post('/v1/events', lists.flat());
      for (const [, click] of lists) this.count(click!.userId);
      this.acknowledged += 2 * lists.length;
      await sleep(this.options.pauseMs ?? 20);
    }
  }

  private count(userId: string): void {
    this.clicks[userId] = (this.clicks[userId] ?? 0) + 1;
  }

  private list(id: string) {
    const userId = `${this.options.userPrefix ?? 'user'}-${this.random.below(this.users)}`;
    const timestamp = Date.now();
    const first = this.random.below(this.items);
    const items = Array.from({ length: 5 }, (_, i) => ({ itemId: `item-${(first + i) % this.items}` }));
    const { itemId } = this.random.pick(items);
    const click = { eventId: `click-${id}`, userId, timestamp: timestamp + 1, type: 'click', itemId };
    return [
      { kind: 'impression', eventId: `list-${id}`, userId, timestamp, items },
      { kind: 'interaction', ...click },
    ];
  }

  /** Sends until it is acknowledged. @throws when it is refused for good */
  private async post(path: string, body: object): Promise<{ seq: number }> {
    const startedAt = performance.now();
    for (;;) {
      const answer = await this.once(path, JSON.stringify(body)).catch(() => undefined);
      const waitedMs = performance.now() - startedAt;
      if (answer?.status === 202) {
        this.waits.push(waitedMs / 1000);
        return (await answer.json()) as { seq: number };
      }
      if (answer && answer.status < 429)
        throw new Error(
          `refused with ${answer.status}: ${(await answer.text()).slice(0, REFUSAL_CHARS_MAX)}`,
        );
      if (answer) this.refusals.push(await refusalOf(answer));
      if (waitedMs > PATIENCE_MS) throw new Error(`not acknowledged within ${PATIENCE_MS} ms`);
      this.repeated++;
      await sleep(AGAIN_MS);
    }
  }

  private once(path: string, body: string): Promise<Response> {
    return fetch(`${this.url()}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.access() },
      body,
      signal: AbortSignal.timeout(TRY_MS),
    });
  }

  private access(): Record<string, string> {
    const { key } = this.options;
    return key ? { 'x-api-key': key() } : {};
  }
}

export async function refusalOf(answer: Response): Promise<Refusal> {
  const { error } = (await answer.json()) as { error?: { code?: string } };
  const retryAfter = answer.headers.get('retry-after');
  return {
    status: answer.status,
    code: error?.code ?? 'none',
    retryAfter: retryAfter === null ? undefined : Number(retryAfter),
  };
}
