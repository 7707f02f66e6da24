/** The rules of a request at work: the deployment's, then the request's own. */
import { SEGMENTS } from '#interest';
import { RuleRun, type RuleFailed, type RuleSet } from '#rules';
import type { RankedByRules, RankingInput, RankRequest, RecommendRequest } from './request.js';

export function ruleRunOf(input: RankingInput<RecommendRequest | RankRequest>): RuleRun {
  const { user, request, rules = [], ruleFailed, now } = input;
  const scene = {
    segment: user.segmentName,
    profile: user.profile,
    context: request.context,
    scenario: request.scenario ?? 'default',
    now,
  };
  return new RuleRun(rules, scene, ruleFailed);
}

/** What an answer says of its rules, once they have run. */
export function limitOf({ limitReached }: RuleRun): RankedByRules {
  return limitReached ? { ruleLimitReached: true } : {};
}

/** Rules for a list that is nobody's: no attributes, no context. */
export function anonymousRules(rules: RuleSet, now: number, failed: RuleFailed): RuleRun {
  const scene = { segment: SEGMENTS[0], profile: new Map(), context: undefined, scenario: 'default', now };
  return new RuleRun([rules], scene, failed);
}
