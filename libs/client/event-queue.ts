/**
 * Events on their way to the gateway: collected into batches, sent one request at a time so that their order is kept, and sent
 * again with the same event ids until the gateway has acknowledged or refused them, a bounded number of times.
 */
import { ClientError, PASSING_CODES } from './client-error.js';
import type { OutgoingEvent, Tracked } from './client-events.js';
import type { GatewayHttp } from './gateway-http.js';

export interface QueueOptions {
  /** Most events in a request; the gateway takes 1,000. */
  readonly batchMax: number;
  /** How long an event waits for company, ms. */
  readonly flushMs: number;
  /** Most events waiting; more are refused with REK_OVERLOADED. */
  readonly queueMax: number;
  /** How often an event is sent before it is given up. */
  readonly attempts: number;
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
}

interface Entry {
  readonly event: OutgoingEvent;
  json: string;
  attempts: number;
  /** The time of the event is this machine's, not the caller's. */
  stamped: boolean;
  /** Also handed to the browser when the page was hidden. */
  beaconed: boolean;
  /** Resolves when it is acknowledged, refused or given up. */
  readonly settled: Promise<unknown>;
  resolve(tracked: Tracked): void;
  reject(error: ClientError): void;
}

interface BatchAnswer {
  readonly accepted: number;
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly message: string }[];
  readonly seq: number;
}

/** Under the gateway's 1 MiB, with room for brackets. */
const BODY_CHARS_MAX = 300_000;
const PATH = '/v1/events';
/** The clock of a visitor's device is minutes ahead, say. */
const WRONG_TIME = 'REK_TIMESTAMP_OUT_OF_RANGE';

export class EventQueue {
  /** Greatest sequence acknowledged so far. */
  lastSeq = 0;

  private waiting: Entry[] = [];
  private underWay: Entry[] = [];
  private running = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private idleWanted: (() => void)[] = [];
  private endPause: (() => void) | undefined;

  constructor(
    private readonly http: GatewayHttp,
    private readonly options: QueueOptions,
  ) {}

  get size(): number {
    return this.waiting.length + this.underWay.length;
  }

  /** @param stamped its time is this machine's: if the gateway finds it wrong it goes without, and gets the gateway's */
  push(event: OutgoingEvent, stamped = false): Promise<Tracked> {
    if (this.size >= this.options.queueMax) {
      return Promise.reject(
        new ClientError('REK_OVERLOADED', `${this.size} events wait for the gateway`, true),
      );
    }
    let resolve!: Entry['resolve'];
    let reject!: Entry['reject'];
    const tracked = new Promise<Tracked>((...ends) => ([resolve, reject] = ends));
    this.waiting.push({
      event,
      json: JSON.stringify(event),
      attempts: 0,
      stamped,
      beaconed: false,
      settled: tracked.catch(() => undefined),
      resolve,
      reject,
    });
    if (this.waiting.length >= this.options.batchMax) void this.run();
    else this.timer ??= setTimeout(() => void this.run(), this.options.flushMs);
    return tracked;
  }

  /** Sends now, unless the gateway asked to wait; resolves when what waits by now is acknowledged, refused or given up, or after `waitMs`. */
  async settled(waitMs: number): Promise<void> {
    const open = [...this.underWay, ...this.waiting].map((entry) => entry.settled);
    if (open.length === 0) return;
    void this.run();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const waited = new Promise<void>((resolve) => (timer = setTimeout(resolve, waitMs)));
    await Promise.race([Promise.all(open), waited]);
    clearTimeout(timer);
  }

  /** Sends now; resolves when everything is acknowledged, refused or given up. */
  async flush(): Promise<void> {
    this.endPause?.();
    void this.run();
    while (this.size > 0) await new Promise<void>((resolve) => this.idleWanted.push(resolve));
  }

  /**
   * Hands everything unacknowledged to `send`, in chunks of at most `charsMax`, as the last chance of a page that is going away.
   * The events stay queued: should the page live on they are sent as usual, and their ids make that harmless.
   * @param send resolves when a chunk has arrived; of one that has not, its events are handed over again at the next such moment
   */
  beacon(send: (body: string) => Promise<unknown>, charsMax: number): void {
    let chunk: Entry[] = [];
    let chars = 2;
    const flushChunk = () => {
      const handed = chunk;
      if (handed.length === 0) return;
      for (const entry of handed) entry.beaconed = true;
      send(bodyOf(handed)).catch(() => handed.forEach((entry) => (entry.beaconed = false)));
      chunk = [];
      chars = 2;
    };
    for (const entry of [...this.underWay, ...this.waiting]) {
      if (entry.beaconed) continue;
      if (chars + entry.json.length + 1 > charsMax) flushChunk();
      chunk.push(entry);
      chars += entry.json.length + 1;
    }
    flushChunk();
  }

  /** The page is back: what was handed over when it was hidden may not have arrived, and can be handed over again. */
  forgetBeacons(): void {
    for (const entry of [...this.underWay, ...this.waiting]) entry.beaconed = false;
  }

  /** The one sender. */
  private async run(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.running) return;
    this.running = true;
    let size = this.options.batchMax;
    while (this.waiting.length > 0) {
      this.underWay = this.cut(size);
      size = await this.sendBatch(this.underWay, size);
    }
    this.running = false;
    for (const resolve of this.idleWanted.splice(0)) resolve();
  }

  /** Sends a batch once; settles its events or puts them back. Returns the size of the next batch. */
  private async sendBatch(batch: Entry[], size: number): Promise<number> {
    for (const entry of batch) entry.attempts++;
    try {
      const answer = await this.http.exchange<BatchAnswer>({
        method: 'POST',
        path: PATH,
        body: bodyOf(batch),
        answers: isAnswer,
      });
      const again = this.settle(batch, answer);
      if (again.length > 0) await this.putBack(again, undefined);
      return this.options.batchMax;
    } catch (error) {
      const refusal =
        error instanceof ClientError ? error : new ClientError('REK_INTERNAL', String(error), false);
      if (refusal.status === 413 && batch.length > 1) {
        this.restore(batch);
        return Math.ceil(batch.length / 2);
      }
      if (refusal.retryable) await this.putBack(batch, refusal);
      else for (const entry of batch) entry.reject(refusal);
      return size;
    } finally {
      this.underWay = [];
    }
  }

  /** Returns the events that met a passing condition. */
  private settle(batch: Entry[], answer: BatchAnswer): Entry[] {
    const refusals = new Map((answer.rejected ?? []).map((rejection) => [rejection.index, rejection]));
    this.lastSeq = Math.max(this.lastSeq, answer.seq ?? 0);
    return batch.filter((entry, index) => {
      const refusal = refusals.get(index);
      if (!refusal) entry.resolve({ eventId: entry.event.eventId, seq: answer.seq });
      else if (PASSING_CODES.has(refusal.code)) return true;
      else if (entry.stamped && refusal.code === WRONG_TIME) return withoutTime(entry);
      else entry.reject(new ClientError(refusal.code, refusal.message, false, 400));
      return false;
    });
  }

  /** Gives up the events that have no attempts left, queues the others in front, and waits before the next attempt. */
  private async putBack(entries: Entry[], cause: ClientError | undefined): Promise<void> {
    const { attempts, retryBaseMs, retryCapMs } = this.options;
    const failure =
      cause ?? new ClientError('REK_LOG_UNAVAILABLE', 'the gateway could not append the event', true, 503);
    const left = entries.filter((entry) => entry.attempts < attempts);
    for (const entry of entries) if (entry.attempts >= attempts) entry.reject(failure);
    if (left.length === 0) return;
    const backOff =
      Math.min(retryCapMs, retryBaseMs * 2 ** (left[0]!.attempts - 1)) * (0.5 + Math.random() / 2);
    await this.pause(Math.max(backOff, Math.min(cause?.retryAfterMs ?? 0, retryCapMs)));
    this.restore(left);
  }

  private restore(entries: Entry[]): void {
    this.waiting = [...entries, ...this.waiting];
  }

  /** `flush` cuts it short. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private cut(size: number): Entry[] {
    let chars = 0;
    let count = 0;
    while (count < this.waiting.length && count < size) {
      chars += this.waiting[count]!.json.length + 1;
      if (count > 0 && chars > BODY_CHARS_MAX) break;
      count++;
    }
    return this.waiting.splice(0, count);
  }
}

/** To be sent once more, under the same id: the gateway's time is then the event's. */
function withoutTime(entry: Entry): true {
  const { timestamp: _, ...event } = entry.event;
  entry.json = JSON.stringify(event);
  entry.stamped = false;
  return true;
}

const bodyOf = (entries: readonly Entry[]): string => `[${entries.map((entry) => entry.json).join(',')}]`;

/** A batch of which everything was refused answers 400 with the same body as 202. */
const isAnswer = (status: number, body: unknown): boolean =>
  status === 400 && Array.isArray((body as { rejected?: unknown } | undefined)?.rejected);
