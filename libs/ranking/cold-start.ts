/**
 * What a deployment believes of people who have done next to nothing: rules from outside attributes to interests.
 *
 *     interest added = weight · (1 − interactions / WARM_INTERACTIONS)
 *
 * for each rule whose attributes all hold, in the request's context or else in the profile. So a rule has its say in the first
 * list and none after a few deeds. Given interests enter recall and the prior like a user's own; reasons tell them
 * apart ("to start with: comedy").
 */
import { NEW_INTERACTIONS } from '#interest';
import type { RequestContext, Scalar } from '#features';
import type { Interest, LabelDimension, Taste } from '#recall';
import type { RankableUser } from './exclusions.js';

export interface ColdStartRule {
  /** Attributes that must equal these; none: everybody. */
  readonly when: Readonly<Record<string, Scalar>>;
  /** Weights by label, as a click weighs 1; negative ones push down. */
  readonly categories?: Readonly<Record<string, number>>;
  readonly tags?: Readonly<Record<string, number>>;
  readonly brands?: Readonly<Record<string, number>>;
}

const WARM_INTERACTIONS = NEW_INTERACTIONS;

/** The taste with what the rules add; the same taste for somebody who is known. */
export function withColdStart(
  taste: Taste,
  user: RankableUser,
  rules: readonly ColdStartRule[],
  context: RequestContext | undefined,
): Taste {
  const share = 1 - user.counters.interactions / WARM_INTERACTIONS;
  if (share <= 0 || rules.length === 0) return taste;
  const interests = new Map<string, Interest>();
  for (const interest of taste.interests) interests.set(keyOf(interest.dimension, interest.label), interest);
  for (const rule of rules) {
    if (!holds(rule, user, context)) continue;
    addAll(interests, 'category', rule.categories, share);
    addAll(interests, 'tag', rule.tags, share);
    addAll(interests, 'brand', rule.brands, share);
  }
  return { ...taste, interests: [...interests.values()] };
}

function holds({ when }: ColdStartRule, user: RankableUser, context: RequestContext | undefined): boolean {
  return Object.entries(when).every(([name, value]) => (context?.[name] ?? user.profile.get(name)) === value);
}

function addAll(
  interests: Map<string, Interest>,
  dimension: LabelDimension,
  weights: Readonly<Record<string, number>> | undefined,
  share: number,
): void {
  for (const [label, weight] of Object.entries(weights ?? {})) {
    const key = keyOf(dimension, label);
    const own = interests.get(key);
    interests.set(key, {
      dimension,
      label,
      weight: (own?.weight ?? 0) + weight * share,
      given: own === undefined || own.given === true,
    });
  }
}

function keyOf(dimension: string, label: string): string {
  return `${dimension}:${label}`;
}
