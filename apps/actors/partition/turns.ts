/**
 * Shares the process between the partitions' folds and everything else. A fold that has used up its turn waits
 * for the next; one fold continues per round of the event loop, so requests, leases and acknowledgements wait
 * for one turn at most, however many partitions fold.
 */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private scheduled = false;

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.waiting.shift()?.();
      if (this.waiting.length > 0) this.schedule();
    });
  }
}
