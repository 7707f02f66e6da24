/**
 * Plays the audience against a gateway: ask for a list, look at it, act on it, come back. Paced by a target rate
 * of events, or as fast as it goes. A gateway restart only pauses it.
 */
import { build, type Histogram } from 'hdr-histogram-js';
import { SeededRandom, sleep } from '#kernel';
import type { GatewayClient } from '../gateway-client.js';
import { Audience } from './audience.js';
import type { DemoItem } from './catalogue.js';
import { EventOutbox } from './event-outbox.js';
import { RecentRates } from './recent-rates.js';
import { visit, type ShownSlot } from './visit.js';

/** Length of the lists asked for. */
export const LIST_LENGTH = 10;

export interface SimulatorOptions {
  readonly users: number;
  readonly seed: number;
  /** Events per second; 0: no pacing. */
  readonly rate: number;
  /** Stop after this many events, if given. */
  readonly events?: number;
  /** Visits at a time. */
  readonly concurrency: number;
  /** Show lists drawn at random instead of asking for recommendations. */
  readonly blind: boolean;
  readonly signal: AbortSignal;
  /** Told when the gateway answered with an error or not at all. */
  readonly onTrouble?: (error: unknown) => void;
}

export class Simulator {
  readonly audience: Audience;
  readonly rates = new RecentRates();
  readonly outbox: EventOutbox;
  lists = 0;
  clicks = 0;
  empty = 0;
  sent = 0;
  private latencies: Histogram = build();
  private readonly random: SeededRandom;
  private readonly byId: ReadonlyMap<string, DemoItem>;
  private readonly run: string;
  private readonly startedAt = performance.now();

  constructor(
    private readonly gateway: GatewayClient,
    private readonly items: readonly DemoItem[],
    private readonly options: SimulatorOptions,
  ) {
    this.random = new SeededRandom(options.seed);
    this.audience = new Audience(options.users, items, new SeededRandom(options.seed + 1));
    this.byId = new Map(items.map((item) => [item.id, item]));
    this.outbox = new EventOutbox(gateway);
    this.run = `demo-${options.seed}-${Date.now().toString(36)}`;
  }

  /** Resolves when it is told to stop, or has sent its events; everything sent is acknowledged then. */
  async play(): Promise<void> {
    await Promise.all(Array.from({ length: this.options.concurrency }, () => this.visitors()));
    await this.outbox.flush();
  }

  get seconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  /** Latency of the answers since the last call, ms. */
  takeLatencies(): { p50: number; p99: number } {
    const taken = {
      p50: this.latencies.getValueAtPercentile(50) / 1000,
      p99: this.latencies.getValueAtPercentile(99) / 1000,
    };
    this.latencies = build();
    return taken;
  }

  private async visitors(): Promise<void> {
    while (!this.finished()) {
      await this.pace();
      if (this.finished()) return;
      await this.once();
    }
  }

  private finished(): boolean {
    return (
      this.options.signal.aborted || (this.options.events !== undefined && this.sent >= this.options.events)
    );
  }

  private async once(): Promise<void> {
    const userId = this.audience.next();
    const visitId = `${this.run}-${this.lists++}`;
    const list = await this.list(userId, visitId);
    if (!list || list.shown.length === 0) {
      this.empty++;
      return void (await sleep(200));
    }
    const { impression, actions, clicked } = visit(
      this.audience,
      this.random,
      userId,
      visitId,
      list.id,
      list.shown,
      Date.now(),
    );
    this.sent += 1 + actions.length;
    this.clicks += clicked;
    this.rates.record(Math.floor(this.seconds), list.shown.length, clicked);
    await this.outbox.put(impression, ...actions);
  }

  private async list(
    userId: string,
    visitId: string,
  ): Promise<{ id: string; shown: ShownSlot[] } | undefined> {
    if (this.options.blind) {
      const shown = Array.from({ length: LIST_LENGTH }, () => ({ item: this.random.pick(this.items) }));
      return { id: visitId, shown: [...new Set(shown.map((s) => s.item))].map((item) => ({ item })) };
    }
    const askedAt = performance.now();
    try {
      const answer = await this.gateway.recommendations(userId, LIST_LENGTH);
      this.latencies.recordValue(Math.max(1, Math.round((performance.now() - askedAt) * 1000)));
      const shown = answer.items.flatMap(({ itemId, propensity }) => {
        const item = this.byId.get(itemId);
        return item ? [{ item, propensity }] : [];
      });
      return { id: answer.recommendationId, shown };
    } catch (error) {
      if (!this.options.signal.aborted) this.options.onTrouble?.(error);
      return undefined;
    }
  }

  /** Waits until the target rate allows another visit. */
  private async pace(): Promise<void> {
    if (this.options.rate === 0) return;
    while (!this.options.signal.aborted && this.sent / this.options.rate > this.seconds) await sleep(5);
  }
}
