/**
 * Imports through the gateway: the path every client takes. Users are spread over a few lanes, each with one
 * request under way, so that one user's events stay in order while lanes proceed together; item events
 * and user events wait for each other, so that an item is known before its impressions, as in the file.
 */
import { fnv1a32 } from '#kernel';
import { isItemEvent, isUserEvent, type LogEvent, type Upsert } from '#events';
import type { Accepted, GatewayClient } from '../gateway-client.js';
import type { EventSink, ImportTally } from './sink.js';

const LANES = 4;
/** Under the gateway's limits of 1,000 events and 1 MiB. */
const BATCH_EVENTS = 500;
const BATCH_BYTES = 768 * 1024;

export class HttpSink implements EventSink {
  private readonly users: Lane[];
  private readonly items: Lane;
  private lastWasItem = true;

  constructor(gateway: GatewayClient, tally: ImportTally) {
    this.users = Array.from({ length: LANES }, () => new Lane((batch) => gateway.events(batch), tally));
    this.items = new Lane((batch) => gateway.items(batch.map((event) => itemOf(event as Upsert))), tally);
  }

  async put(event: LogEvent): Promise<void> {
    const item = isItemEvent(event);
    if (item !== this.lastWasItem) await this.finish();
    this.lastWasItem = item;
    const lane = isUserEvent(event) ? this.users[fnv1a32(event.userId) % LANES]! : this.items;
    await lane.put(event);
  }

  async finish(): Promise<void> {
    await Promise.all([this.items, ...this.users].map((lane) => lane.finish()));
  }
}

/** One batch filling, at most one under way. */
class Lane {
  private batch: LogEvent[] = [];
  private bytes = 0;
  private underWay: Promise<void> = Promise.resolve();

  constructor(
    private readonly post: (batch: readonly LogEvent[]) => Promise<Accepted>,
    private readonly tally: ImportTally,
  ) {}

  async put(event: LogEvent): Promise<void> {
    const bytes = Buffer.byteLength(JSON.stringify(event)) + 1;
    if (this.batch.length >= BATCH_EVENTS || (this.batch.length > 0 && this.bytes + bytes > BATCH_BYTES))
      await this.send();
    this.batch.push(event);
    this.bytes += bytes;
  }

  async finish(): Promise<void> {
    if (this.batch.length > 0) await this.send();
    await this.underWay;
  }

  /** Waits for the batch before, then starts this one. */
  private async send(): Promise<void> {
    const batch = this.batch;
    this.batch = [];
    this.bytes = 0;
    await this.underWay;
    this.underWay = this.deliver(batch);
    // The next send or finish reports a failure; without this it would be an unhandled one until then.
    this.underWay.catch(() => undefined);
  }

  private async deliver(batch: readonly LogEvent[]): Promise<void> {
    const answer = await this.post(batch);
    this.tally.accepted += answer.accepted;
    for (const rejection of answer.rejected) this.tally.reject(`${rejection.code}: ${rejection.message}`);
  }
}

/** The item as the bulk interface takes it; the file's event id makes a second import a repetition. */
function itemOf(event: Upsert): object {
  return {
    id: event.itemId,
    eventId: event.eventId,
    timestamp: event.timestamp,
    mode: event.mode,
    ...event.fields,
  };
}
