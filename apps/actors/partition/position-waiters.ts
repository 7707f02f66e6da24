/** Readers that wait until a partition has folded a log sequence (`after=<seq>`): bounded in number and time. */
import { AppError } from '#kernel';

export const WAITERS_MAX = 4_096;

interface Waiter {
  readonly sequence: number;
  readonly settle: (reached: boolean) => void;
}

export class PositionWaiters {
  private readonly waiters = new Set<Waiter>();
  private lowest = Infinity;

  /** Resolves with whether `sequence` was reached within `timeoutMs`. @throws AppError REK_OVERLOADED */
  reached(sequence: number, position: number, timeoutMs: number): Promise<boolean> {
    if (position >= sequence) return Promise.resolve(true);
    if (this.waiters.size >= WAITERS_MAX)
      throw new AppError('REK_OVERLOADED', `${WAITERS_MAX} requests already wait for this partition`);
    return new Promise((resolve) => {
      const settle = (reached: boolean): void => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
        resolve(reached);
      };
      const waiter = { sequence, settle };
      const timer = setTimeout(() => settle(false), timeoutMs);
      this.waiters.add(waiter);
      this.lowest = Math.min(this.lowest, sequence);
    });
  }

  advance(position: number): void {
    if (position < this.lowest) return;
    for (const waiter of [...this.waiters]) if (waiter.sequence <= position) waiter.settle(true);
    this.lowest = Infinity;
    for (const { sequence } of this.waiters) this.lowest = Math.min(this.lowest, sequence);
  }

  /** The partition goes: nobody waits any longer. */
  close(): void {
    for (const waiter of [...this.waiters]) waiter.settle(false);
  }
}
