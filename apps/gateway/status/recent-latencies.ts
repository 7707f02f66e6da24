/**
 * How long the newest lists took, from the first byte in to the last byte out: for people who watch. Prometheus has the histogram of
 * all; its buckets are too wide to see a change within seconds.
 */
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** Lists that count, at most. */
const LISTS_MAX = 2_048;
/** Older ones do not count, ms. */
const AGE_MAX_MS = 60_000;
const LIST_ROUTE = '/v1/recommendations';

export interface Latencies {
  /** That were measured. */
  readonly lists: number;
  /** Null without any. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

@Injectable()
export class RecentLatencies {
  private readonly tookMs = new Float64Array(LISTS_MAX);
  private readonly endedAt = new Float64Array(LISTS_MAX).fill(-Infinity);
  private next = 0;

  watch(server: FastifyInstance): void {
    server.addHook('onResponse', (request, reply, done) => {
      if (request.routeOptions.url === LIST_ROUTE && reply.statusCode === 200)
        this.record(reply.elapsedTime, performance.now());
      done();
    });
  }

  /** @param now ms, monotonic */
  record(tookMs: number, now: number): void {
    this.tookMs[this.next] = tookMs;
    this.endedAt[this.next] = now;
    this.next = (this.next + 1) % LISTS_MAX;
  }

  /** @param now ms, monotonic */
  report(now: number): Latencies {
    const recent = this.tookMs.filter((_, at) => now - this.endedAt[at]! <= AGE_MAX_MS).sort();
    const quantile = (q: number): number | null =>
      recent.length === 0
        ? null
        : rounded(recent[Math.min(recent.length - 1, Math.floor(q * recent.length))]!);
    return { lists: recent.length, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
  }
}

const rounded = (ms: number): number => Math.round(ms * 100) / 100;
