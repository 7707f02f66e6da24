/**
 * From raw values to acknowledged log entries, for every door: check each, append the good ones, answer when
 * JetStream has acknowledged all of them, and name each bad one.
 *
 * The wait is bounded (`log.ackTimeoutMs`): after it the caller is told to send the same event ids again,
 * because what became of the batch is not known. Events that are stored twice count once.
 */
import { Inject, Injectable } from '@nestjs/common';
import { AppError, NeverBackClock, until, within, type ErrorCode } from '#kernel';
import { SETTINGS, type Settings } from '#config';
import { PUBLIC_KINDS, type LogEvent, type Rejection } from '#events';
import type { FramePublisher } from '#log';
import { METRICS, type Metrics } from '#observability';
import { sealEvents, type UserKeys } from '#privacy';
import type { Entry } from '../http/ndjson.js';
import { KEYS, PUBLISHER } from '../tokens.js';
import { checkAtEdge } from './edge-rules.js';

export interface IngestAnswer {
  /** How many events the log has acknowledged. */
  accepted: number;
  /** Which were refused, by their place in the request, from 0. */
  rejected: { index: number; code: ErrorCode; message: string }[];
  /** The greatest log sequence of the accepted ones: what to give as `after` to read them. 0 when none. */
  seq: number;
}

export type Via = 'http' | 'nats';
type Checked = { readonly index: number; readonly event: LogEvent };

@Injectable()
export class IngestService {
  private underWay = 0;
  /** A clock that jumps back would make what is sent now look like the future. */
  private readonly clock = new NeverBackClock();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(PUBLISHER) private readonly publisher: FramePublisher,
    @Inject(KEYS) private readonly keys: UserKeys | undefined,
  ) {}

  /**
   * @throws AppError REK_OVERLOADED, REK_LOG_UNAVAILABLE, REK_LOG_FULL, REK_LOG_UNREADABLE, REK_STORE_UNAVAILABLE, REK_NOT_READY: nothing of the
   * batch is known to be stored.
   */
  async ingest(
    entries: readonly Entry[],
    via: Via,
    kinds: readonly string[] = PUBLIC_KINDS,
  ): Promise<IngestAnswer> {
    this.underWay++;
    const startedAt = performance.now();
    try {
      const { good, rejected } = this.check(entries, kinds);
      const seq = good.length > 0 ? await this.append(good, rejected) : 0;
      this.count(good, rejected, via);
      this.metrics.ingestAckSeconds.observe({ via }, (performance.now() - startedAt) / 1000);
      return { accepted: entries.length - rejected.length, rejected, seq };
    } finally {
      this.underWay--;
    }
  }

  /** Resolves when nothing waits for an acknowledgement. @throws after `patienceMs` */
  drained(patienceMs: number): Promise<void> {
    return until('all events are acknowledged', () => this.underWay === 0, patienceMs);
  }

  private check(
    entries: readonly Entry[],
    kinds: readonly string[],
  ): { good: Checked[]; rejected: IngestAnswer['rejected'] } {
    const now = this.clock.now();
    const good: Checked[] = [];
    const rejected: IngestAnswer['rejected'] = [];
    entries.forEach((entry, index) => {
      const parsed =
        'value' in entry
          ? checkAtEdge(entry.value, kinds, this.settings, now)
          : { ok: false as const, rejection: entry.rejection };
      if (parsed.ok) good.push({ index, event: parsed.event });
      else rejected.push({ index, ...parsed.rejection });
    });
    return { good, rejected };
  }

  /** @returns the greatest sequence. What can never be stored joins `rejected`. */
  private async append(good: readonly Checked[], rejected: IngestAnswer['rejected']): Promise<number> {
    const appends = this.publish(good.map(({ event }) => event));
    const results = await within(
      appends,
      this.settings.log.ackTimeoutMs,
      () => new AppError('REK_LOG_UNAVAILABLE'),
    );
    let seq = 0;
    results.forEach((result, at) => {
      if (result instanceof AppError)
        rejected.push({ index: good[at]!.index, ...permanentRejection(result) });
      else seq = Math.max(seq, result.sequence);
    });
    rejected.sort((a, b) => a.index - b.index);
    return seq;
  }

  private async publish(events: readonly LogEvent[]): ReturnType<FramePublisher['publishAll']> {
    const { privacy, log } = this.settings;
    if (privacy.sealUsers === 'off' || !this.keys) return this.publisher.publishAll(events);
    const sealed = await sealEvents(this.keys, events, log.partitions);
    return this.publisher.publishAll(sealed.events, sealed.partitions);
  }

  private count(good: readonly Checked[], rejected: IngestAnswer['rejected'], via: Via): void {
    const refused = new Set(rejected.map(({ index }) => index));
    for (const { index, event } of good)
      if (!refused.has(index)) this.metrics.eventsAccepted.inc({ kind: event.kind, via });
    for (const { code } of rejected) this.metrics.eventsRejected.inc({ code, via });
  }
}

/** @throws what a retry can cure, or what nobody expected: then it concerns the whole request. */
function permanentRejection(error: AppError): Rejection {
  if (error.code === 'REK_BODY_TOO_LARGE') return { code: error.code, message: error.message };
  throw error;
}
