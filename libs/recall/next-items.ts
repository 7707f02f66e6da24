/** What the collaborative channels say of a user's next item. libs/learning's NextItems has this shape. */
import { RECENT_KEYS_MAX } from '#events';
import type { TastingUser } from './taste.js';

/** What the learnt mix says of items. */
export interface MixedOdds {
  /** Engagements that the channel mix has learnt from. */
  readonly examples: number;
  /** The mix's log-odds of an item. */
  logit(itemKey: number): number;
}

export interface NextItemsFound extends MixedOdds {
  readonly size: number;
  /** key53 of the candidates. */
  readonly keys: ArrayLike<number>;
  /** Places of the candidates, best by the mix first. */
  ranked(): ArrayLike<number>;
  /** What one channel says of a candidate: 0 when nothing; comparable within the channel only. */
  signal(place: number, signal: number): number;
  /** Keys of the items nearest to the user by matrix factorisation, best first. */
  nearest(count: number, wanted: (itemKey: number) => boolean): readonly number[];
  /** What it adds to the mix's log-odds. */
  contribution(place: number, signal: number): number;
}

export interface NextItemsQuestion {
  readonly userKey: number;
  /** Newest first. */
  readonly recentKeys: readonly number[];
  readonly recentAgesSeconds: readonly number[];
  readonly now: number;
}

/** The question as the learner asks it of itself: the newest RECENT_KEYS_MAX items. */
export function nextItemsQuestion(user: TastingUser, now: number): NextItemsQuestion {
  const { keys, times } = user.recents;
  const recentKeys: number[] = [];
  const recentAgesSeconds: number[] = [];
  for (let i = keys.length - 1; i >= 0 && recentKeys.length < RECENT_KEYS_MAX; i--) {
    recentKeys.push(keys[i]!);
    recentAgesSeconds.push(Math.abs(now - times[i]!) / 1000);
  }
  return { userKey: user.userKey, recentKeys, recentAgesSeconds, now };
}
