/**
 * Collects events and posts them in batches, in order, one request at a time: bounded, and patient with a
 * gateway that restarts. A batch is re-sent with the same event ids until it is acknowledged.
 */
import type { LogEvent } from '#events';
import type { GatewayClient } from '../gateway-client.js';

const BATCH_MAX = 500;
const FLUSH_EVERY_MS = 25;
/** Senders wait while more than this is queued. */
export const OUTBOX_MAX = 5_000;

export class EventOutbox {
  accepted = 0;
  rejected = 0;
  lastRejection = '';
  private queue: LogEvent[] = [];
  private draining: Promise<void> | undefined;
  private failure: unknown;

  constructor(
    private readonly gateway: GatewayClient,
    private readonly lingerMs = FLUSH_EVERY_MS,
  ) {}

  get queued(): number {
    return this.queue.length;
  }

  /** Resolves at once while there is room, otherwise after the next request. @throws what the last request failed with */
  async put(...events: LogEvent[]): Promise<void> {
    if (this.failure) throw this.failure;
    this.queue.push(...events);
    this.draining ??= this.drain(this.lingerMs);
    if (this.queue.length > OUTBOX_MAX) await this.draining;
  }

  /** Resolves when everything put so far is acknowledged. */
  async flush(): Promise<void> {
    while (this.queue.length > 0 || this.draining) {
      this.draining ??= this.drain(0);
      await this.draining;
    }
    if (this.failure) throw this.failure;
  }

  private async drain(lingerMs: number): Promise<void> {
    try {
      if (lingerMs > 0) await new Promise((resolve) => setTimeout(resolve, lingerMs));
      while (this.queue.length > 0) {
        const batch = this.queue.splice(0, BATCH_MAX);
        const answer = await this.gateway.events(batch);
        this.accepted += answer.accepted;
        this.rejected += answer.rejected.length;
        if (answer.rejected[0]) this.lastRejection = answer.rejected[0].message;
      }
    } catch (error) {
      this.failure = error;
      this.queue = [];
    } finally {
      this.draining = undefined;
    }
  }
}
