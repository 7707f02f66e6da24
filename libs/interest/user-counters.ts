/** Lifetime counts of a user. */
import { TYPES_MAX } from './limits.js';
import type { StateReader, StateWriter } from './state-writer.js';

const OTHER = 'other';

export class UserCounters {
  /** Event times, ms; 0 before the first event. */
  firstSeenAt = 0;
  lastSeenAt = 0;
  impressions = 0;
  itemsShown = 0;
  /** Items of impressions closed as positive. */
  attributedClicks = 0;
  interactions = 0;
  /** Interaction types in the order they were first met, and their counts. */
  types: string[] = [];
  typeCounts: number[] = [];

  seen(at: number): void {
    if (this.firstSeenAt === 0 || at < this.firstSeenAt) this.firstSeenAt = at;
    if (at > this.lastSeenAt) this.lastSeenAt = at;
  }

  /** Counts an interaction. @returns the row of its type */
  interaction(type: string): number {
    const row = this.typeRow(type);
    this.typeCounts[row] = this.typeCounts[row]! + 1;
    this.interactions++;
    return row;
  }

  ofType(type: string): number {
    const row = this.types.indexOf(type);
    return row < 0 ? 0 : this.typeCounts[row]!;
  }

  /** The row of the type; the last of the TYPES_MAX rows is everything else. */
  typeRow(type: string): number {
    const row = this.types.indexOf(type);
    if (row >= 0) return row;
    if (this.types.length === TYPES_MAX) return TYPES_MAX - 1;
    this.types.push(this.types.length === TYPES_MAX - 1 ? OTHER : type);
    this.typeCounts.push(0);
    return this.types.length - 1;
  }

  /** @returns how the other's type rows translate to this one's */
  absorb(other: UserCounters): (row: number) => number {
    if (other.lastSeenAt > 0) {
      this.seen(other.firstSeenAt);
      this.seen(other.lastSeenAt);
    }
    this.impressions += other.impressions;
    this.itemsShown += other.itemsShown;
    this.attributedClicks += other.attributedClicks;
    this.interactions += other.interactions;
    const rows = other.types.map((type) => this.typeRow(type));
    rows.forEach((row, i) => (this.typeCounts[row] = this.typeCounts[row]! + other.typeCounts[i]!));
    return (row) => rows[row] ?? 0;
  }

  write(out: StateWriter): void {
    out.counts([
      this.firstSeenAt,
      this.lastSeenAt,
      this.impressions,
      this.itemsShown,
      this.attributedClicks,
      this.interactions,
    ]);
    out.count(this.types.length);
    for (const type of this.types) out.text(type);
    out.counts(this.typeCounts);
  }

  static read(from: StateReader): UserCounters {
    const counters = new UserCounters();
    [
      counters.firstSeenAt,
      counters.lastSeenAt,
      counters.impressions,
      counters.itemsShown,
      counters.attributedClicks,
      counters.interactions,
    ] = from.counts(6) as [number, number, number, number, number, number];
    const n = from.size(2);
    counters.types = from.texts(n);
    counters.typeCounts = from.counts(n);
    return counters;
  }
}
