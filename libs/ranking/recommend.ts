/**
 * A recommendation: recall → exclusions and rules → coarse rank → fine rank → re-rank → explanations.
 *
 * Pure: equal inputs, equal answers. Never empty while something visible is admitted; nothing hidden, bought,
 * disliked, excluded or outside the filter ever appears.
 */
import { combine32 } from '#kernel';
import { DWELL_FULL_SECONDS, GOALS, type Goal } from '#learning';
import type { UserSignals } from '#features';
import {
  EVIDENCE_IMPRESSIONS,
  nextItemsQuestion,
  recall,
  tasteOf,
  type CandidateSet,
  type NextItemsFound,
  type RecallRequest,
  type Taste,
} from '#recall';
import type { RuleRun } from '#rules';
import { withColdStart } from './cold-start.js';
import { featureReasons, freshnessReason, newReason, recallReason, ruleReasons } from './explain.js';
import { groupsOf } from './groups.js';
import { byTurn, newcomersOf } from './newcomers.js';
import { plainScore } from './plain-score.js';
import { sortByScore, type Scored } from './scored.js';
import { policyOf } from './policies.js';
import { predictedRating } from './predicted-rating.js';
import { drawSlate, type Arrangement, type Policy } from './policy.js';
import type { Ranked, RankedItem, RankingInput, RankingSettings, RecommendRequest } from './request.js';
import { listsWithin, requestFilter } from './request-filter.js';
import { limitOf, ruleRunOf } from './scene.js';
import { freshnessOf } from './freshness.js';
import { scratch } from './scratch.js';
import { greedySlate, softmaxWeights } from './slate.js';
import { slotConstraints } from './slot-constraints.js';

/** Places after the coarse rank for each item wanted, at least. */
const COARSE_EACH = 2;
/** Share of the places after the coarse rank kept for items without evidence, whom the models underrate. */
const UNPROVEN_SHARE = 0.1;

/** What a recommendation is drawn from: those that may stand in the list, and the policy. */
export interface Contest {
  readonly policy: Policy;
  readonly arrangement: Arrangement;
  /** By candidate. */
  readonly itemIds: readonly string[];
  /** Predicted reward, by candidate, as if in slot 1: its click-through rate, times what the goal asked about earns after a click. */
  readonly rates: Float64Array;
}

export function recommend(input: RankingInput<RecommendRequest>): Ranked {
  const { settings, replica, ended } = input;
  const phase = input.random.next();
  const { taste, rules, candidates, ranked } = rankAll(input);
  const policy = policyOf(settings);
  const given = new Set<number>();
  const slate = drawSlate(policy, arrange(input, ranked, policy, phase, given), input.random);
  ended?.('rerank', slate.order.length);
  for (const chosen of given) ranked[chosen]!.given = true;
  const items = slate.order.map((chosen, i) =>
    present(input, taste, candidates, rules, ranked[chosen]!, slate.propensities[i]!, i + 1),
  );
  ended?.('explain', items.length);
  return {
    policy: policy.name,
    modelVersion: replica.version,
    explored: slate.explored,
    items,
    ...limitOf(rules),
  };
}

/**
 * The same recommendation before chance has spoken: what could be drawn, for questions about other policies.
 * @param goal what clicks lead to is predicted, not clicks; dwell in seconds
 */
export function contest(input: RankingInput<RecommendRequest>, goal?: Goal): Contest {
  const phase = input.random.next();
  const { ranked } = rankAll(input);
  const policy = policyOf(input.settings);
  return {
    policy,
    arrangement: arrange(input, ranked, policy, phase),
    itemIds: ranked.map(({ itemId }) => itemId),
    rates: Float64Array.from(ranked, (scored) => rewardOf(scored, goal)),
  };
}

/** As the model predicts it: what the deployment values, in goals, rules and freshness, makes no click likelier. */
function rewardOf({ place, key }: Scored, goal: Goal | undefined): number {
  const clicks = 1 / (1 + Math.exp(-scratch.scorer.click(place, key)));
  if (!goal) return clicks;
  const earned = scratch.scorer.afterClick(place, key)[GOALS.indexOf(goal)]!;
  return clicks * earned * (goal === 'dwell' ? DWELL_FULL_SECONDS : 1);
}

function rankAll(input: RankingInput<RecommendRequest>) {
  const { user, request, index, replica, settings, now, ended, prepared } = input;
  const groups = groupsOf(user, replica, settings.audienceAttributes ?? [], request.context);
  const taste = withColdStart(tasteOf(user, now, groups), user, settings.coldStart ?? [], request.context);
  prepared?.('shared');
  scratch.covisitation.compute(index, replica, taste);
  prepared?.('covisitation');
  const next = replica.nextItems(nextItemsQuestion(user, now), prepared);
  const rules = ruleRunOf(input);
  const candidates = recallAdmitted(input, taste, next, rules);
  ended?.('recall', candidates.size);
  scratch.prior.begin(index, replica, taste, next, now);
  scratch.scorer.begin(index, replica, user, settings, request.context, now);
  const newPlaces = Math.ceil(request.n * settings.newItemShare) + 1;
  const survivors = coarseRank(gather(input, candidates, rules), coarsePlaces(input), newPlaces);
  ended?.('coarse', survivors.length);
  const ranked = fineRank(input, survivors);
  ended?.('fine', ranked.length);
  return { taste, rules, candidates, ranked };
}

function recallAdmitted(
  input: RankingInput<RecommendRequest>,
  taste: Taste,
  next: NextItemsFound,
  rules: RuleRun,
): CandidateSet {
  const { user, request, index, replica, settings, random, now } = input;
  const { refused, acted, passed } = scratch.exclusions;
  scratch.exclusions.begin(index, user, request.exclude ?? []);
  const allowed = requestFilter(request.filter);
  const candidates = scratch.candidates(settings.candidatesMax);
  const search = (admits: RecallRequest['admits']): void =>
    recall(
      {
        index,
        statistics: replica,
        taste,
        covisitation: scratch.covisitation,
        next,
        admits,
        within: listsWithin(index, request.filter),
        evidence: evidenceOf(settings),
        ...(settings.recallShares && { shares: settings.recallShares }),
        ...(settings.candidates !== undefined && { candidates: settings.candidates }),
        wanted: request.n,
        now,
        random,
        ...(input.looked && { looked: input.looked }),
      },
      candidates,
    );
  const free = request.filter === undefined && !rules.filtersItems;
  const admissible = (slot: number): boolean => {
    if (refused.has(slot)) return false;
    if (free || passed.has(slot)) return true;
    const item = index.item(slot)!;
    const passes = allowed(item) && rules.admits(item);
    (passes ? passed : refused).mark(slot);
    return passes;
  };
  input.prepared?.('shared');
  search((slot) => !acted.has(slot) && admissible(slot));
  if (candidates.size === 0) search(admissible);
  return candidates;
}

function gather(
  { user, index, replica, settings, now }: RankingInput<RecommendRequest>,
  candidates: CandidateSet,
  rules: RuleRun,
): Scored[] {
  const evidence = evidenceOf(settings);
  const all: Scored[] = [];
  for (let place = 0; place < candidates.size; place++) {
    const slot = candidates.slots[place]!;
    const item = index.item(slot)!;
    const scored = scratch.scored(place);
    scored.itemId = item.id;
    scored.key = item.key;
    scored.item = item;
    scored.slot = slot;
    scratch.scorer.place(place, scored);
    scored.impressions = replica.impressions(item.key);
    scored.unproven = scored.impressions < evidence;
    scored.lift = rules.lift(item) + freshnessOf(item, settings, now);
    scored.given = false;
    scored.tie = tieOf(user, item.hashes.id);
    all.push(scored);
  }
  return all;
}

function coarsePlaces({ request, settings }: RankingInput<RecommendRequest>): number {
  return Math.max(settings.coarseMax, request.n * COARSE_EACH);
}

/**
 * The best by the model's first look, and beside them those without evidence whose turn it is.
 * @param newPlaces places in the list that are theirs
 */
function coarseRank(all: Scored[], coarseMax: number, newPlaces: number): Scored[] {
  if (all.length <= coarseMax) return all;
  for (const scored of all) scored.score = scratch.scorer.coarse(scored.place) + scored.lift;
  sortByScore(all);
  const reserved = Math.min(coarseMax, Math.max(Math.floor(coarseMax * UNPROVEN_SHARE), newPlaces));
  const kept = all.slice(0, coarseMax - reserved);
  const rest = all.slice(kept.length);
  const unproven = rest
    .filter((scored) => scored.unproven)
    .sort(byTurn)
    .slice(0, coarseMax - kept.length);
  const others = rest
    .filter((scored) => !unproven.includes(scored))
    .slice(0, coarseMax - kept.length - unproven.length);
  return [...kept, ...unproven, ...others];
}

function fineRank({ replica, scoreBy, now }: RankingInput<RecommendRequest>, survivors: Scored[]): Scored[] {
  for (const scored of survivors) {
    const { place, key, lift } = scored;
    scratch.scorer.extract(place);
    scored.logOdds = scratch.scorer.fine(place, key) + lift;
    scored.score = scoreBy ? plainScore(scoreBy, replica, key, now) : scored.logOdds;
  }
  return sortByScore(survivors);
}

/**
 * @param phase drawn before recall, which draws as often as its caches make it: a replay finds the same places for newcomers
 * @param given takes the candidates whose place in the greedy list is theirs for being new
 */
function arrange(
  { request, settings }: RankingInput<RecommendRequest>,
  ranked: readonly Scored[],
  policy: Policy,
  phase: number,
  given?: Set<number>,
): Arrangement {
  const items = ranked.map(({ item }) => item);
  const scores = ranked.map(({ score }) => score);
  const weights = softmaxWeights(scores, ranked.length);
  const candidates = { size: ranked.length, weights, ...slotConstraints(items, settings) };
  const greedy = greedySlate(
    candidates,
    request.n,
    (candidate) => ranked[candidate]!.unproven,
    settings.newItemShare,
    phase,
    newcomersOf(ranked),
    given,
  );
  const deviations = policy.samplesScores
    ? ranked.map(({ place, key }) => scratch.scorer.deviation(place, key))
    : undefined;
  return { candidates, greedy, scores, deviations };
}

function present(
  { user, index, replica, catalogue, settings, now }: RankingInput<RecommendRequest>,
  taste: Taste,
  candidates: CandidateSet,
  rules: RuleRun,
  candidate: Scored,
  propensity: number,
  position: number,
): RankedItem {
  const { prior, scorer } = scratch;
  const { place, score } = candidate;
  prior.read(index, replica, candidate.slot, candidate.key);
  const found = recallReason(candidates, place, prior, index, taste, (key) => catalogue.byKey(key)?.title);
  return {
    itemId: candidate.itemId,
    title: candidate.item.title,
    score: 1 / (1 + Math.exp(-score)),
    channel: candidates.labelOf(place),
    channels: candidates.channelsOf(place),
    propensity,
    position,
    reasons: [
      found,
      ...newReason(candidates, candidate),
      ...ruleReasons(rules, candidate.item),
      ...scorer.goalReasons(place, candidate.key),
      ...freshnessReason(candidate.item, settings, now),
      ...featureReasons(scorer, replica, candidate),
    ],
    ...predictedRating(replica, user, candidate.key, candidate.item),
  };
}

function evidenceOf({ newItemImpressions = EVIDENCE_IMPRESSIONS }: RankingSettings): number {
  return newItemImpressions;
}

export function tieOf(user: UserSignals, itemHash: number): number {
  return combine32(user.userHash, itemHash);
}
