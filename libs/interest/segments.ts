/**
 * The segment of a user by rules: a name, and the small number that stands for it in feedback and models. A profile
 * attribute `segment` (a string) decides; otherwise the first rule that holds; otherwise `new` for those who did next to
 * nothing, and `normal`. The number depends on the name alone, so rules can be added and reordered.
 */
import { fnv1a32 } from '#kernel';
import type { Scalar } from '#features';
import type { UserCounters } from './user-counters.js';

export const SEGMENTS = ['new', 'normal', 'potential', 'high_value'] as const;
/** Fewer interactions: new. */
export const NEW_INTERACTIONS = 5;
/** Codes below are ours; other names are hashed into the rest of 16 bits. */
const RESERVED_CODES = 16;
/** The key under which a rule counts interactions of all types. */
const ALL_TYPES = 'interactions';

/** All conditions must hold. */
export interface SegmentRule {
  readonly name: string;
  /** Lifetime counts by interaction type, or `interactions` for all of them. */
  readonly atLeast: Readonly<Record<string, number>>;
  /** Profile attributes that must equal these. */
  readonly profile: Readonly<Record<string, Scalar>>;
}

export function segmentOf(
  profile: ReadonlyMap<string, Scalar>,
  counters: UserCounters,
  rules: readonly SegmentRule[],
): string {
  const own = profile.get('segment');
  if (typeof own === 'string' && own !== '') return own;
  const rule = rules.find((candidate) => holds(candidate, profile, counters));
  if (rule) return rule.name;
  return counters.interactions < NEW_INTERACTIONS ? 'new' : 'normal';
}

/** 0 .. 65,535. */
export function segmentCode(name: string): number {
  const known = (SEGMENTS as readonly string[]).indexOf(name);
  return known >= 0 ? known : RESERVED_CODES + (fnv1a32(name) % (65_536 - RESERVED_CODES));
}

function holds(rule: SegmentRule, profile: ReadonlyMap<string, Scalar>, counters: UserCounters): boolean {
  for (const type in rule.atLeast) {
    const count = type === ALL_TYPES ? counters.interactions : counters.ofType(type);
    if (count < rule.atLeast[type]!) return false;
  }
  for (const name in rule.profile) if (profile.get(name) !== rule.profile[name]) return false;
  return true;
}
