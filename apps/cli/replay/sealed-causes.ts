/**
 * Which records of FEEDBACK nobody can derive from LOG any more: those that events of erased users caused, and those that ticks caused
 * for the same users later. Of whom they are is known by the user's key in the former.
 */
import type { FeedbackRecord } from '#events';
import type { LogPosition } from '#kernel';

export class SealedCauses {
  private readonly positions = new Set<string>();
  private readonly userKeys = new Set<number>();

  /** An event that stays sealed stands there. */
  add(position: LogPosition): void {
    this.positions.add(nameOf(position));
  }

  /** Whether an erasure explains that the record cannot be derived. In the order of FEEDBACK. */
  explain(record: FeedbackRecord): boolean {
    const caused = this.positions.has(nameOf(record.cause));
    const userKey = record.kind === 'exposure' ? undefined : record.userKey;
    if (caused && userKey !== undefined) this.userKeys.add(userKey);
    return caused || (userKey !== undefined && this.userKeys.has(userKey));
  }
}

const nameOf = ({ sequence, index }: LogPosition): string => `${sequence}/${index}`;
