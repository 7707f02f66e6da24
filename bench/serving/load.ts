/**
 * HTTP requests over kept-alive connections, and how long they took. Two kinds of load:
 *
 * - closed loop: each connection sends its next request when the last one is answered. Finds the greatest rate.
 * - open loop: requests are due at a steady rate, whatever the answers do, and wait for a free connection if they must. Latency counts
 *   from when a request was due, so that a stall counts for every request that it held up (no coordinated omission).
 */
import { Agent, request } from 'node:http';
import { build, type Histogram } from 'hdr-histogram-js';

export interface Ask {
  readonly path: string;
  /** Sent as JSON by POST; without it the request is a GET. */
  readonly body?: string;
}

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** The i-th request. */
  readonly ask: (i: number) => Ask;
  /** Requests a second that are due; undefined: a closed loop. */
  readonly rate?: number;
}

export interface Measured {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requests: number;
  /** Answers that were substitutes. */
  readonly degraded: number;
}

export const userName = (index: number): string => `bench-user-${index}`;
/** A timer cannot wake earlier than this: a request sent so little late counts from when it was sent, ms. */
const TIMER_MS = 1.5;
/** After the last request was due, ms. */
const DRAIN_MS = 10_000;

/** @throws when an answer is not 200 */
export async function measureLoad(load: Load): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections });
  const run = new Run(load, agent);
  const startedAt = performance.now();
  await (load.rate === undefined ? closedLoop(run, load) : openLoop(run, load, load.rate));
  const took = (performance.now() - startedAt) / 1_000;
  agent.destroy();
  const ms = (percentile: number): number => run.latencies.getValueAtPercentile(percentile) / 1_000;
  return {
    requestsPerSecond: run.latencies.totalCount / took,
    p50Ms: ms(50),
    p99Ms: ms(99),
    requests: run.latencies.totalCount,
    degraded: run.degraded,
  };
}

async function closedLoop(run: Run, { connections, seconds }: Load): Promise<void> {
  const endsAt = performance.now() + seconds * 1_000;
  const worker = async (): Promise<void> => {
    while (performance.now() < endsAt) await run.send(performance.now());
  };
  await Promise.all(Array.from({ length: connections }, worker));
}

async function openLoop(run: Run, { seconds }: Load, rate: number): Promise<void> {
  const startedAt = performance.now();
  const total = Math.floor(seconds * rate);
  const under: Promise<void>[] = [];
  while (under.length < total) {
    for (; under.length < total;) {
      const due = startedAt + (under.length * 1_000) / rate;
      const now = performance.now();
      if (due > now) break;
      under.push(run.send(now - due <= TIMER_MS ? now : due));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`answers were missing after ${DRAIN_MS} ms`)), DRAIN_MS).unref();
  });
  await Promise.race([Promise.all(under), late]);
}

class Run {
  readonly latencies: Histogram = build({ highestTrackableValue: 60_000_000 });
  degraded = 0;
  private sent = 0;

  constructor(
    private readonly load: Load,
    private readonly agent: Agent,
  ) {}

  send(from: number): Promise<void> {
    const { path, body } = this.load.ask(this.sent++);
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const url = this.load.url + path;
      request(
        url,
        { agent: this.agent, method: body === undefined ? 'GET' : 'POST', headers },
        (response) => {
          response.on('error', reject);
          response.on('end', () => {
            this.latencies.recordValue(Math.round((performance.now() - from) * 1_000));
            if (response.headers['rekappa-degraded'] !== undefined) this.degraded++;
            if (response.statusCode === 200) resolve();
            else reject(new Error(`${url} answered ${response.statusCode}`));
          });
          response.resume();
        },
      )
        .on('error', reject)
        .end(body);
    });
  }
}
