/** Where imported events go. Both sinks keep the order of each user's events and wait instead of growing. */
import type { LogEvent } from '#events';

export interface EventSink {
  /** Resolves when there is room for more, not when the event is stored. @throws what made the sink give up */
  put(event: LogEvent): Promise<void>;
  /** Resolves when everything put is acknowledged or refused. */
  finish(): Promise<void>;
}

/** What became of every line: the importer's account. */
export class ImportTally {
  read = 0;
  accepted = 0;
  readonly rejectedBy = new Map<string, number>();

  /** Reasons beyond this many different ones are counted together. */
  static readonly REASONS_MAX = 20;

  reject(reason: string, count = 1): void {
    const known = this.rejectedBy.has(reason) || this.rejectedBy.size < ImportTally.REASONS_MAX;
    const key = known ? reason : 'other reasons';
    this.rejectedBy.set(key, (this.rejectedBy.get(key) ?? 0) + count);
  }

  get rejected(): number {
    return [...this.rejectedBy.values()].reduce((sum, n) => sum + n, 0);
  }

  /** Every line read was either stored or refused. */
  get addsUp(): boolean {
    return this.read === this.accepted + this.rejected;
  }
}
