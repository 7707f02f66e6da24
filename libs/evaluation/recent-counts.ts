/** How often each item occurred within the last `windowMs` of event time: a queue of at most `eventsMax` occurrences. */
export const RECENT_EVENTS_MAX = 1_048_576;

export class RecentCounts {
  private readonly counts = new Map<string, number>();
  private readonly ids: (string | undefined)[] = [];
  private readonly times: number[] = [];
  private oldest = 0;

  constructor(
    private readonly windowMs: number,
    private readonly eventsMax = RECENT_EVENTS_MAX,
  ) {}

  /** Occurrences come in order of time. */
  add(itemId: string, at: number): void {
    this.ids.push(itemId);
    this.times.push(at);
    this.counts.set(itemId, this.of(itemId) + 1);
    this.passTime(at);
    if (this.ids.length - this.oldest > this.eventsMax) this.forgetOldest();
  }

  /** What is older than the window at this moment is forgotten. */
  passTime(now: number): void {
    while (this.oldest < this.times.length && this.times[this.oldest]! <= now - this.windowMs)
      this.forgetOldest();
  }

  of(itemId: string): number {
    return this.counts.get(itemId) ?? 0;
  }

  private forgetOldest(): void {
    const id = this.ids[this.oldest]!;
    const left = this.of(id) - 1;
    if (left > 0) this.counts.set(id, left);
    else this.counts.delete(id);
    this.ids[this.oldest++] = undefined;
    if (this.oldest < 1_024 || this.oldest * 2 < this.ids.length) return;
    this.ids.splice(0, this.oldest);
    this.times.splice(0, this.oldest);
    this.oldest = 0;
  }
}
