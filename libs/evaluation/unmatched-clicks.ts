/**
 * Clicks that met no list, kept for an impression that comes after them: a few of each user, as the fold keeps them (`EarlyClicks`),
 * for a bounded number of users.
 */
import { EarlyClicks } from '#interest';
import { key53 } from '#kernel';

/** Each has 16 clicks at most. */
export const UNMATCHED_USERS_MAX = 16_384;

export interface Click {
  readonly itemId: string;
  /** Event time, ms. */
  readonly at: number;
}

interface UserClicks {
  readonly clicks: EarlyClicks;
  /** Event time of the newest, ms. */
  latest: number;
}

export class UnmatchedClicks {
  /** Who clicked longest ago first. */
  private readonly byUser = new Map<string, UserClicks>();

  constructor(
    private readonly windowMs: number,
    private readonly usersMax = UNMATCHED_USERS_MAX,
  ) {}

  get size(): number {
    let size = 0;
    for (const { clicks } of this.byUser.values()) size += clicks.size;
    return size;
  }

  add(userId: string, itemId: string, listId: string | undefined, at: number): void {
    const own = this.byUser.get(userId) ?? { clicks: new EarlyClicks(), latest: at };
    own.latest = Math.max(own.latest, at);
    own.clicks.add(
      { itemKey: key53(itemId), listKey: keyOf(listId), at, weight: 0 },
      own.latest,
      this.windowMs,
    );
    this.byUser.delete(userId);
    this.byUser.set(userId, own);
    if (this.byUser.size > this.usersMax) this.byUser.delete(this.byUser.keys().next().value!);
  }

  /** Takes out the clicks that an impression explains, one for each item. @param listId undefined: it names none */
  claim(userId: string, itemIds: readonly string[], listId: string | undefined, at: number): Click[] {
    const own = this.byUser.get(userId);
    if (!own) return [];
    const claimed: Click[] = [];
    for (const itemId of itemIds) {
      const click = own.clicks.find(key53(itemId), keyOf(listId), at, this.windowMs);
      if (!click) continue;
      own.clicks.remove(click);
      claimed.push({ itemId, at: click.at });
    }
    return claimed;
  }

  /** Forgets whose clicks are all from before this. @param before event time, ms */
  forget(before: number): void {
    for (const [userId, { latest }] of this.byUser) {
      if (latest >= before) return;
      this.byUser.delete(userId);
    }
  }

  handOver(from: string, into: string): void {
    const handed = this.byUser.get(from);
    if (!handed) return;
    this.byUser.delete(from);
    const own = this.byUser.get(into);
    if (!own) return void this.byUser.set(into, handed);
    own.clicks.absorb(handed.clicks);
    own.latest = Math.max(own.latest, handed.latest);
  }
}

const keyOf = (listId: string | undefined): number => (listId === undefined ? 0 : key53(listId));
