/**
 * The segment of a user: one small number that models, exposures and rules can use.
 * A profile attribute `segment` (a string) decides; otherwise the lifetime counts do.
 */
import { fnv1a32 } from '#kernel';
import type { Scalar } from '#features';
import type { UserCounters } from './user-counters.js';

export const SEGMENTS = ['new', 'normal', 'potential', 'high_value'] as const;
/** Fewer interactions: new. */
const NEW_INTERACTIONS = 5;
/** More interactions: potential. */
const POTENTIAL_INTERACTIONS = 200;
/** More purchases: high value. */
const HIGH_VALUE_PURCHASES = 50;
/** Codes below are ours; a profile's own segment is hashed into the rest of 16 bits. */
const RESERVED_CODES = 16;

export function segmentOf(profile: ReadonlyMap<string, Scalar>, counters: UserCounters): number {
  const own = profile.get('segment');
  if (typeof own === 'string' && own !== '') return segmentCode(own);
  if (counters.ofType('purchase') > HIGH_VALUE_PURCHASES) return 3;
  if (counters.interactions > POTENTIAL_INTERACTIONS) return 2;
  return counters.interactions < NEW_INTERACTIONS ? 0 : 1;
}

/** 0 .. 65,535. */
export function segmentCode(name: string): number {
  const known = (SEGMENTS as readonly string[]).indexOf(name);
  return known >= 0 ? known : RESERVED_CODES + (fnv1a32(name) % (65_536 - RESERVED_CODES));
}
