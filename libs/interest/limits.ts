/**
 * The bounds of a user's state that are not settings (those are under `interest.` in libs/config). Together they
 * bound one user to about 270 KB encoded without open impressions, if every label, id and attribute is as long as
 * allowed; a typical one takes 2 KB.
 */

/** Longest sliding window, ms of event time; older actions are dropped. */
export const WINDOW_MAX_MS = 86_400_000;
/** The windows that are reported and used as features, s. */
export const WINDOWS_SECONDS = [300, 3_600, 86_400] as const;
/** Interaction types counted apart per user; further ones count as `other`. */
export const TYPES_MAX = 16;
/** Items remembered as bought, the newest. 8 bytes each. */
export const PURCHASED_MAX = 256;
/** Items remembered as disliked, the newest. 8 bytes each. */
export const DISLIKED_MAX = 128;
/** Items remembered as shown, by last time shown. 13 bytes each. */
export const SHOWN_ITEMS_MAX = 64;
/** Positive interactions remembered for an impression that arrives after them. */
export const EARLY_CLICKS_MAX = 16;
/** Lists remembered as served, the newest. */
export const SERVED_LISTS_MAX = 8;
/** Open impressions also end, the oldest first, when they hold more items than this together. */
export const PENDING_ITEMS_MAX = 400;
/** Profile attributes kept. A profile event that would add more loses the last ones by name. */
export const PROFILE_MAX = 64;
/** A tick closes the impressions of at most this many users; the rest stay due and the next tick goes on. */
export const TICK_USERS_MAX = 4_096;
/** A visitor's state handed over in a merge, bytes before base64; the schema of `absorb` allows 350,000 characters. */
export const HANDOVER_BYTES_MAX = 256_000;
/** An interest whose every decayed value is below this is forgotten. */
export const INTEREST_EPSILON = 1e-4;
/** A dwell of this long counts fully, s. */
export const DWELL_FULL_SECONDS = 30;
