/**
 * Checkpoints every partition of the host once per `checkpointMs`, a few at a time, spread over the interval. One that catches
 * up changes users faster than they can be written, and nobody waits for it: its turn comes CATCHING_UP times as seldom, and the more
 * seldom the longer it takes, so that saving takes a small share of the time. What a crash then costs is folding so much again.
 */
import type { PartitionHost } from './partition-host.js';

/** Checkpoints under way at once: the pool of connections is shared with activations. */
export const CONCURRENT_MAX = 3;
const CATCHING_UP = 10;
/** Of one that catches up: time between two of its checkpoints, as a multiple of what the last one took, and at most, ms. */
const REST = 60;
const REST_MAX_MS = 600_000;
/** Looks per interval. */
const LOOKS = 16;

export class CheckpointRounds {
  private readonly lastStart = new WeakMap<PartitionHost, number>();
  /** ms. */
  private readonly took = new WeakMap<PartitionHost, number>();
  private timer: NodeJS.Timeout | undefined;
  private running = 0;

  constructor(
    private readonly hosts: () => Iterable<PartitionHost>,
    private readonly checkpointMs: number,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.look(performance.now()), this.checkpointMs / LOOKS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(now: number): void {
    for (const host of this.hosts()) {
      if (this.running >= CONCURRENT_MAX) return;
      const last = this.lastStart.get(host);
      if (last === undefined) this.lastStart.set(host, now - Math.random() * this.checkpointMs);
      else if (now - last >= this.intervalOf(host)) void this.checkpoint(host, now);
    }
  }

  private intervalOf(host: PartitionHost): number {
    if (host.phase !== 'catching up') return this.checkpointMs;
    const rest = Math.min(REST_MAX_MS, REST * (this.took.get(host) ?? 0));
    return Math.max(CATCHING_UP * this.checkpointMs, rest);
  }

  private async checkpoint(host: PartitionHost, now: number): Promise<void> {
    this.lastStart.set(host, now);
    this.running++;
    await host.checkpoint();
    this.took.set(host, performance.now() - now);
    this.running--;
  }
}
