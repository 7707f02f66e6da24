/** A user as recall and ranking see one at the moment of a request: interests decayed to now, recent items. */
import { DIMENSIONS, type RecentSignals, type UserSignals } from '#features';
import { halved } from '#kernel';

export type LabelDimension = (typeof DIMENSIONS)[number];

export interface Interest {
  readonly dimension: LabelDimension;
  readonly label: string;
  /** Decayed sum of interaction weights; negative: disliked. */
  readonly weight: number;
  /** Not the user's own: assumed of people like them. */
  readonly given?: boolean;
}

export interface RecentItem {
  readonly itemKey: number;
  readonly itemId: string;
  /** Type of the newest interaction with it. */
  readonly type: string;
  readonly ageSeconds: number;
}

/** People like the user, in one respect. */
export interface UserGroup {
  /** See libs/features, user-groups.ts. */
  readonly group: number;
  /** "country NO"; undefined for people of like taste or behaviour. */
  readonly label?: string;
}

export interface Taste {
  readonly interests: readonly Interest[];
  /** What the user took to, newest first. */
  readonly recents: readonly RecentItem[];
  readonly embedding: Float32Array | undefined;
  /** The narrowest first. */
  readonly groups: readonly UserGroup[];
}

/** What recall reads of a user; libs/interest's UserState has this shape. */
export interface TastingUser extends UserSignals {
  /** key53 of the id. */
  readonly userKey: number;
  readonly recents: RecentSignals & {
    /** key53 of the ids. */
    readonly keys: readonly number[];
    /** Rows of `counters.types`. */
    readonly types: readonly number[];
  };
  readonly counters: { readonly types: readonly string[]; readonly interactions: number };
}

/** The newest items the user took to that count. */
export const TASTE_RECENTS_MAX = 8;
/** An interest below this is forgotten. */
const WEIGHT_MIN = 1e-3;

/**
 * Long and short interests add up, so what was done within the last minutes counts twice:
 * weight = long · 2^(−Δt/half-life) + short · 2^(−Δt/short half-life).
 */
export function tasteOf(user: TastingUser, now: number, groups: readonly UserGroup[] = []): Taste {
  const { interests: stored, recents } = user;
  const elapsed = Math.max(0, now - stored.at);
  const long = halved(elapsed / stored.halfLifeMs);
  const short = halved(elapsed / stored.shortHalfLifeMs);
  const interests: Interest[] = [];
  for (let row = 0; row < stored.rows; row++) {
    const weight = stored.long[row]! * long + stored.short[row]! * short;
    if (!(Math.abs(weight) > WEIGHT_MIN)) continue;
    interests.push({
      dimension: DIMENSIONS[stored.dimensionOf(row)],
      label: stored.labelOf(row),
      weight,
    });
  }
  const first = Math.max(0, recents.ids.length - TASTE_RECENTS_MAX);
  const newest: RecentItem[] = [];
  for (let i = recents.ids.length - 1; i >= first; i--) {
    newest.push({
      itemKey: recents.keys[i]!,
      itemId: recents.ids[i]!,
      type: user.counters.types[recents.types[i]!] ?? '',
      ageSeconds: Math.max(0, now - recents.times[i]!) / 1000,
    });
  }
  return { interests, recents: newest, embedding: user.embedding, groups };
}
