/**
 * The only code that changes a user's state: applies a decision made against it. In place, since a state has one
 * writer; pure otherwise: no clock, no chance, no I/O (invariant I4).
 */
import { LONE_SURROGATE, type Profile } from '#events';
import type { Scalar } from '#features';
import type { ExpiryDecision, UserDecision } from './decide.js';
import type { FoldMoment } from './fold-moment.js';
import type { FoldRules } from './fold-rules.js';
import { evolveAbsorb, evolveMerge } from './handover.js';
import { evolveImpression } from './impression.js';
import { evolveInteraction } from './interaction.js';
import { segmentOf } from './segments.js';
import type { UserState } from './user-state.js';

/** @param eventKey key53 of the event's id: the event is remembered as folded */
export function evolve(user: UserState, eventKey: number, decision: UserDecision, moment: FoldMoment): void {
  const { rules, at } = moment;
  user.counters.seen(at);
  user.seen.add(eventKey, at, user.counters.lastSeenAt, rules.dedupeMs, rules.dedupeMax);
  switch (decision.kind) {
    case 'impression':
      return evolveImpression(user, decision, moment);
    case 'interaction':
      return evolveInteraction(user, decision, moment);
    case 'served':
      return user.served.add(decision.list);
    case 'profile':
      return evolveProfile(user, decision.event, rules);
    case 'merge':
      return evolveMerge(user, decision);
    case 'absorb':
      return evolveAbsorb(user, decision, moment);
  }
}

export function evolveExpiry(user: UserState, { ended }: ExpiryDecision): void {
  user.pending.remove(ended);
}

/** Half of a character, which has no UTF-8. */
const HALF_CHARACTERS = new RegExp(LONE_SURROGATE, 'gu');

/**
 * A null removes an attribute; the others are set. Names are taken as a checkpoint stores them: two that differ in half a character
 * would be two attributes until the user is stored, and one from then on.
 */
function evolveProfile(user: UserState, event: Profile, rules: FoldRules): void {
  const attributes = new Map<string, Scalar>(user.profile);
  for (const [given, value] of Object.entries(event.attributes)) {
    const name = given.replace(HALF_CHARACTERS, '\ufffd');
    if (value === null) attributes.delete(name);
    else attributes.set(name, value);
  }
  user.setProfile(attributes);
  user.setSegment(segmentOf(user.profile, user.counters, rules.segments));
}
