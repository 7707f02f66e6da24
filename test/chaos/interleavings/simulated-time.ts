/**
 * Time of a simulation: timers, wall clock and monotonic clock of this process stand still and move by hand, and
 * chance is seeded. So one seed is one schedule. Nothing else may run in the process.
 */
import { mock } from 'node:test';
import { SeededRandom, type Clock } from '#kernel';

const START_MS = 1_750_000_000_000;

export class SimulatedTime implements Clock {
  private static readonly real = { now: performance.now.bind(performance), random: Math.random };

  constructor(seed: number) {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: START_MS });
    performance.now = () => Date.now() - START_MS;
    const random = new SeededRandom(seed);
    Math.random = () => random.next();
  }

  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return Date.now();
  }

  advance(ms: number): void {
    mock.timers.tick(ms);
  }

  /** Gives the process its own time back; timers that are still set never fire. */
  end(): void {
    mock.timers.reset();
    performance.now = SimulatedTime.real.now;
    Math.random = SimulatedTime.real.random;
  }
}

/** The clock of one host, which can be made to stand still: its leases then never seem to end. */
export class HostClock implements Clock {
  private stoppedAt: number | undefined;

  constructor(private readonly time: Clock) {}

  stop(): void {
    this.stoppedAt = this.time.monotonic();
  }

  get stopped(): boolean {
    return this.stoppedAt !== undefined;
  }

  now(): number {
    return this.time.now();
  }

  monotonic(): number {
    return this.stoppedAt ?? this.time.monotonic();
  }
}
