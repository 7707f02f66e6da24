/** Exact counts within the last `windowMs` of event time, and which items have the most: what decayed counts are held against. */
import { Leaders } from '#kernel';

/** Ranked beyond what is asked for, so that items which fall behind seldom ask for a look at all. */
const KEPT = 64;
/** Makes the newer of two equal counts the larger, and changes no other order. */
const RECENCY = 1e-14;

export class SlidingCounts {
  private readonly rowBy = new Map<number, number>();
  private readonly counts: number[] = [];
  private readonly newest: number[] = [];
  private readonly leaders = new Leaders(KEPT);
  private readonly queue: { row: number; at: number }[] = [];
  private oldest = 0;

  constructor(private readonly windowMs: number) {}

  isAmongBest(item: number, top: number, now: number): boolean {
    while (this.oldest < this.queue.length && this.queue[this.oldest]!.at <= now - this.windowMs)
      this.change(this.queue[this.oldest++]!.row, -1);
    const row = this.rowBy.get(item);
    if (row === undefined || this.counts[row] === 0) return false;
    const rank = this.leaders.rankOf(row, this.order(row));
    return rank >= 0 && rank < top;
  }

  add(item: number, at: number): void {
    let row = this.rowBy.get(item);
    if (row === undefined) {
      this.rowBy.set(item, (row = this.counts.length));
      this.counts.push(0);
      this.newest.push(0);
    }
    this.change(row, 1, at);
    this.queue.push({ row, at });
  }

  private order(row: number): number {
    return this.counts[row] === 0 ? -Infinity : this.counts[row]! + RECENCY * this.newest[row]!;
  }

  private change(row: number, by: number, at = this.newest[row]!): void {
    const before = this.order(row);
    this.counts[row]! += by;
    this.newest[row] = at;
    this.leaders.move(row, before, this.order(row));
    if (this.leaders.needsRefill) this.leaders.refill(this.counts.length, (each) => this.order(each));
  }
}
