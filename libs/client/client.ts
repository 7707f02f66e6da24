/**
 * The TypeScript client over HTTP, for browsers and Node. Events are collected, sent in batches and re-sent with the same
 * ids until they are acknowledged; reads answer directly.
 *
 *     const rekappa = new RekappaClient({ url: 'http://127.0.0.1:8080' });
 *     const list = await rekappa.recommend({ user: 'ann', n: 10 });
 *     rekappa.impression({ userId: 'ann', items: list.items, recommendationId: list.recommendationId });
 *     rekappa.click({ userId: 'ann', itemId: list.items[0].itemId, recommendationId: list.recommendationId });
 *     const next = await rekappa.recommend({ user: 'ann', n: 10, after: 'mine' }); // reflects the click
 */
import type {
  ItemList,
  RankRequest,
  Recommendation,
  RecommendRequest,
  TrendingRequest,
} from './client-answers.js';
import { ClientError } from './client-error.js';
import type {
  ClickInput,
  EventInput,
  ImpressionInput,
  InteractionInput,
  MergeInput,
  OutgoingEvent,
  ProfileInput,
  Tracked,
} from './client-events.js';
import { EventQueue, type QueueOptions } from './event-queue.js';
import { GatewayHttp } from './gateway-http.js';
import { pageHost, whenPageLeaves, type PageHost } from './page-host.js';

export interface ClientOptions extends Partial<QueueOptions> {
  /** The gateway, `https://host[:port][/prefix]`. */
  readonly url: string;
  /** Where the deployment asks for one. In a page everybody can read it: give pages a key that may only `write`. */
  readonly apiKey?: string;
  /** Deadline of a request, ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** Called for each event that was refused or given up. Otherwise only the promise of the call says so. */
  readonly onLost?: (event: OutgoingEvent, error: ClientError) => void;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  /** Default: the page this runs in, if any. */
  readonly page?: PageHost;
  /** Default: Date.now. */
  readonly now?: () => number;
}

const DEFAULTS: QueueOptions & { timeoutMs: number } = {
  batchMax: 100,
  flushMs: 200,
  queueMax: 10_000,
  attempts: 12,
  retryBaseMs: 200,
  retryCapMs: 30_000,
  timeoutMs: 10_000,
};
/** Browsers refuse beacons over 64 KiB; characters, with room for those of several bytes. */
const BEACON_CHARS_MAX = 20_000;
/** A read that is to reflect what was tracked does not wait longer for it, ms. */
const MINE_WAIT_MS = 3_000;
const EVENT_VERSION = 1;

export class RekappaClient {
  private readonly http: GatewayHttp;
  private readonly queue: EventQueue;
  private readonly leavePage: () => void;
  private closed = false;

  constructor(private readonly options: ClientOptions) {
    const settings = { ...DEFAULTS, ...options };
    const fetchLike: typeof fetch = options.fetch ?? fetch;
    this.http = new GatewayHttp(
      options.url,
      settings.timeoutMs,
      (...request) => fetchLike(...request),
      options.apiKey,
    ); // browsers want fetch unbound
    this.queue = new EventQueue(this.http, settings);
    const page = options.page ?? pageHost();
    this.leavePage = page
      ? whenPageLeaves(
          page,
          () => this.beacon(page),
          () => this.queue.forgetBeacons(),
        )
      : () => undefined;
  }

  /**
   * Queues an event; resolves when the log has acknowledged it. The promise may be ignored: a failure then goes to `onLost` only.
   * @throws ClientError with the gateway's code; REK_OVERLOADED when the queue is full; REK_NOT_READY once closed.
   */
  track(input: EventInput): Promise<Tracked> {
    const { eventId = randomId(), timestamp = (this.options.now ?? Date.now)(), ...rest } = input;
    const event = { ...rest, eventId, timestamp, version: EVENT_VERSION } as OutgoingEvent;
    const tracked = this.closed
      ? Promise.reject(new ClientError('REK_NOT_READY', 'the client is closed', false))
      : this.queue.push(event, input.timestamp === undefined);
    tracked.catch((error: ClientError) => this.options.onLost?.(event, error));
    return tracked;
  }

  /** Items were shown to the user. */
  impression({ items, ...rest }: ImpressionInput): Promise<Tracked> {
    const shown = items.map((item) => (typeof item === 'string' ? { itemId: item } : pick(item)));
    return this.track({ kind: 'impression', ...rest, items: shown });
  }

  click(input: ClickInput): Promise<Tracked> {
    return this.interaction({ ...input, type: 'click' });
  }

  interaction(input: InteractionInput): Promise<Tracked> {
    return this.track({ kind: 'interaction', ...input });
  }

  profile(input: ProfileInput): Promise<Tracked> {
    return this.track({ kind: 'profile', ...input });
  }

  /** The visitor `userId` turned out to be `intoUserId`. */
  merge(input: MergeInput): Promise<Tracked> {
    return this.track({ kind: 'merge', ...input });
  }

  async recommend({ after, ...request }: RecommendRequest): Promise<Recommendation> {
    const body = { ...request, ...(await this.afterOf(after)) };
    const { context, filter, exclude, rules, ...simple } = body;
    if (context || filter || exclude || rules)
      return this.http.exchange({ method: 'POST', path: '/v1/recommendations', body: JSON.stringify(body) });
    return this.http.exchange({ method: 'GET', path: `/v1/recommendations${queryOf(simple)}` });
  }

  /** Orders the caller's own candidates. */
  async rank({ after, ...request }: RankRequest): Promise<Recommendation> {
    const body = JSON.stringify({ ...request, ...(await this.afterOf(after)) });
    return this.http.exchange({ method: 'POST', path: '/v1/rank', body });
  }

  similar(itemId: string, n?: number): Promise<ItemList> {
    return this.http.exchange({
      method: 'GET',
      path: `/v1/items/${encodeURIComponent(itemId)}/similar${queryOf({ n })}`,
    });
  }

  trending(request: TrendingRequest = {}): Promise<ItemList> {
    return this.http.exchange({ method: 'GET', path: `/v1/items/trending${queryOf({ ...request })}` });
  }

  /** Sends what waits; resolves when everything is acknowledged, refused or given up. Never throws. */
  flush(): Promise<void> {
    return this.queue.flush();
  }

  /** Flushes; later events are refused. */
  async close(): Promise<void> {
    this.closed = true;
    this.leavePage();
    await this.queue.flush();
  }

  private async afterOf(after: number | 'mine' | undefined): Promise<{ after?: number }> {
    if (after === 'mine') {
      await this.queue.settled(MINE_WAIT_MS);
      return this.queue.lastSeq > 0 ? { after: this.queue.lastSeq } : {};
    }
    return after === undefined ? {} : { after };
  }

  private beacon(page: PageHost): void {
    const url = this.http.urlOf('/v1/events');
    // A beacon can carry no key, and goes to another origin only with cookies, which the gateway does not take.
    const fits = this.options.apiKey === undefined && isOrigin(url, page.location?.origin);
    this.queue.beacon((body) => {
      const blob = new Blob([body], { type: 'application/json' });
      if (fits && page.navigator?.sendBeacon?.(url, blob)) return Promise.resolve();
      return this.http.exchange({ method: 'POST', path: '/v1/events', body, keepalive: true });
    }, BEACON_CHARS_MAX);
  }
}

/** An item of a recommendation may be given as it came: only what an impression holds is kept. */
function pick({ itemId, position, propensity }: { itemId: string; position?: number; propensity?: number }): {
  itemId: string;
  position?: number;
  propensity?: number;
} {
  return { itemId, position, propensity };
}

/** @param origin of the page; a page that does not say is taken for one of the gateway's */
function isOrigin(url: string, origin: string | undefined): boolean {
  return origin === undefined || new URL(url, origin).origin === origin;
}

function queryOf(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text ? `?${text}` : '';
}

/** A version 4 UUID; `crypto.randomUUID` exists on secure pages only. */
function randomId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
