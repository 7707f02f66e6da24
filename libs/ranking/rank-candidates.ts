/**
 * Ranks a caller's own candidates: same features, same score (freshness and cold-start rules included), same policy as a
 * recommendation, but no recall and no re-rank: no caps, no variety, no share for new items. Rules may boost, but not exclude.
 * Hidden items are left out; everything else the caller named comes back, also what the catalogue does not know, scored with
 * what is known of the user, the moment and the id's own clicks.
 */
import { key53 } from '#kernel';
import { nextItemsQuestion, tasteOf, type Taste } from '#recall';
import type { RuleRun } from '#rules';
import type { Candidate } from './candidate-scorer.js';
import { withColdStart } from './cold-start.js';
import { featureReasons, freshnessReason, likedIn, likedReason, ruleReasons, type Liked } from './explain.js';
import { predictedRating } from './predicted-rating.js';
import { freshnessOf } from './freshness.js';
import { policyOf } from './policies.js';
import { drawSlate, type Policy } from './policy.js';
import { tieOf } from './recommend.js';
import type { Ranked, RankedItem, RankingInput, RankRequest } from './request.js';
import { sortByScore } from './scored.js';
import { scratch } from './scratch.js';
import { limitOf, ruleRunOf } from './scene.js';
import { greedySlate, softmaxWeights } from './slate.js';
import { FREE } from './slot-rule.js';

/** Only so many from the top are explained: reasons cost more than scores. */
export const EXPLAINED_MAX = 10;

interface Scored {
  readonly candidate: Candidate;
  /** Where the scorer keeps its features. */
  readonly place: number;
  /** What the prior knows of it. */
  readonly liked: Liked | undefined;
  readonly tie: number;
  readonly score: number;
  readonly deviation: number;
}

export function rankCandidates(input: RankingInput<RankRequest>): Ranked {
  const { user, request, index, replica, settings, random, now } = input;
  const taste = withColdStart(tasteOf(user, now), user, settings.coldStart ?? [], request.context);
  scratch.covisitation.compute(index, replica, taste);
  const given = candidatesOf(input);
  const keys = given.map(({ key }) => key);
  scratch.prior.begin(index, replica, taste, replica.nextItemsAmong(nextItemsQuestion(user, now), keys), now);
  scratch.scorer.begin(index, replica, user, settings, request.context, now);
  const rules = ruleRunOf(input);
  const policy = policyOf(settings);
  const ranked = scoreAll(input, given, rules, policy);
  const scores = ranked.map(({ score }) => score);
  const candidates = { size: ranked.length, weights: softmaxWeights(scores, ranked.length), rule: FREE };
  const greedy = greedySlate(candidates, ranked.length, () => false, 0, 0);
  const deviations = policy.samplesScores ? ranked.map(({ deviation }) => deviation) : undefined;
  const slate = drawSlate(policy, { candidates, greedy, scores, deviations }, random);
  const items = slate.order.map((chosen, i) =>
    present(input, taste, rules, ranked[chosen]!, slate.propensities[i]!, i + 1),
  );
  return {
    policy: policy.name,
    modelVersion: replica.version,
    explored: slate.explored,
    items,
    ...limitOf(rules),
  };
}

/** Each once, and none that is hidden. */
function candidatesOf({ request, catalogue, index }: RankingInput<RankRequest>): Candidate[] {
  const given: Candidate[] = [];
  for (const itemId of new Set(request.items)) {
    const key = key53(itemId);
    const item = catalogue.get(itemId);
    if (!item?.hidden) given.push({ itemId, key, item, slot: index.slotOf(key) });
  }
  return given;
}

function scoreAll(
  { user, settings, now }: RankingInput<RankRequest>,
  given: readonly Candidate[],
  rules: RuleRun,
  policy: Policy,
): Scored[] {
  const { prior, scorer } = scratch;
  const scored = given.map((candidate, place) => {
    const { key, item } = candidate;
    scorer.place(place, candidate);
    const liked = likedIn(prior);
    scorer.extract(place);
    const lift = item ? rules.lift(item) + freshnessOf(item, settings, now) : 0;
    const score = scorer.fine(place, key) + lift;
    const deviation = policy.samplesScores ? scorer.deviation(place, key) : 0;
    return { candidate, place, liked, tie: tieOf(user, key), score, deviation };
  });
  return sortByScore(scored);
}

function present(
  { user, index, replica, settings, now }: RankingInput<RankRequest>,
  taste: Taste,
  rules: RuleRun,
  { candidate, place, liked, score }: Scored,
  propensity: number,
  position: number,
): RankedItem {
  const { item, key } = candidate;
  return {
    itemId: candidate.itemId,
    title: candidate.item?.title ?? candidate.itemId,
    score: 1 / (1 + Math.exp(-score)),
    channel: 'given',
    channels: ['given'],
    propensity,
    position,
    reasons: position > EXPLAINED_MAX ? [] : reasonsFor(),
    ...predictedRating(replica, user, key, item),
  };

  function reasonsFor() {
    return [
      ...(liked ? [likedReason(liked, index, taste)] : []),
      ...ruleReasons(rules, candidate.item),
      ...scratch.scorer.goalReasons(place, candidate.key),
      ...(item ? freshnessReason(item, settings, now) : []),
      ...featureReasons(scratch.scorer, replica, candidate),
    ];
  }
}
