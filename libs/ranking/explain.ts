/**
 * Why an item stands in the list: first how recall found it, then the features that moved the blend's log-odds most.
 * Features that all candidates share (the user, the hour) move no item past another, so they are not named.
 */
import { newFeatureVector } from '#events';
import { STATISTICS_FEATURE_NAMES } from '#learning';
import type { Item } from '#catalogue';
import type { CandidateSet, LabelList, RecallIndex, Taste } from '#recall';
import type { RuleMove, RuleRun } from '#rules';
import type { Candidate, CandidateScorer } from './candidate-scorer.js';
import type { Prior } from './prior.js';
import type { RankingModel } from './ranking-model.js';
import { freshnessOf } from './freshness.js';
import type { RankingSettings, Reason } from './request.js';
import type { Scored } from './scored.js';

const FEATURES_NAMED = 3;
/** A smaller contribution, in log-odds, is not worth a person's time. */
const CONTRIBUTION_MIN = 0.005;

const DEEDS: Readonly<Record<string, string>> = {
  view: 'viewed',
  click: 'clicked',
  like: 'liked',
  share: 'shared',
  purchase: 'bought',
  rating: 'rated',
};

const vector = newFeatureVector();

/** The features that moved the candidate most, by |contribution|; those of one name are summed. */
export function featureReasons(scorer: CandidateScorer, model: RankingModel, candidate: Candidate): Reason[] {
  if (model.samples === 0) return [];
  const names = scorer.describe(candidate, vector);
  const contributions = model.explainNext(vector, candidate.key);
  const byName = new Map<string, number>();
  for (let i = 0; i < contributions.length; i++) {
    const name = names[i] ?? STATISTICS_FEATURE_NAMES[i - names.length] ?? 'other';
    byName.set(name, (byName.get(name) ?? 0) + contributions[i]!);
  }
  return [...byName]
    .filter(([, contribution]) => Math.abs(contribution) >= CONTRIBUTION_MIN)
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
    .slice(0, FEATURES_NAMED)
    .map(([feature, contribution]) => ({ feature, contribution }));
}

/** How recall found the candidate at `place`, and what the prior makes of it. `prior` has just read the candidate. */
export function recallReason(
  candidates: CandidateSet,
  place: number,
  prior: Prior,
  index: RecallIndex,
  taste: Taste,
  titleOf: (itemKey: number) => string | undefined,
): Reason {
  const cause = candidates.cause[place]!;
  switch (candidates.labelOf(place)) {
    case 'covisitation': {
      const recent = taste.recents[cause]!;
      return {
        feature: `because you ${DEEDS[recent.type] ?? 'chose'} ${titleOf(recent.itemKey) ?? recent.itemId}`,
        contribution: prior.covisitation,
      };
    }
    case 'session':
      return { feature: 'often chosen next', contribution: prior.mixed };
    case 'neighbours':
      return { feature: 'chosen by people with the same taste', contribution: prior.mixed };
    case 'factors':
      return { feature: 'fits what you chose', contribution: prior.mixed };
    case 'labels':
      return { feature: labelsReason(candidates.slots[place]!, index, taste), contribution: prior.mixed };
    case 'mix':
      return { feature: 'likely to be chosen next', contribution: prior.mixed };
    case 'content':
      return { feature: interestReason(index.list(cause), taste), contribution: prior.affinity };
    case 'embedding':
      return { feature: 'close to what you chose', contribution: 0 };
    case 'trending':
      return { feature: 'popular now', contribution: prior.popularity };
    case 'trending-category':
      return { feature: `popular in ${index.list(cause).label} now`, contribution: prior.popularity };
    case 'segment': {
      const { label } = taste.groups[cause]!;
      const people = label === undefined ? 'people like you' : `people of ${label}`;
      return { feature: `popular with ${people}`, contribution: prior.popularity };
    }
    case 'new':
      return { feature: 'new', contribution: 0 };
    case 'catalogue':
      return { feature: 'from the catalogue', contribution: 0 };
  }
}

/** The rules that moved the item's score. */
export function ruleReasons(rules: RuleRun, item: Item | undefined): Reason[] {
  const moves: RuleMove[] = [];
  if (item) rules.lift(item, moves);
  return moves.map(({ name, contribution }) => ({ feature: `rule: ${name}`, contribution }));
}

export function freshnessReason(item: Item, settings: RankingSettings, now: number): Reason[] {
  const contribution = freshnessOf(item, settings, now);
  return contribution >= CONTRIBUTION_MIN ? [{ feature: 'fresh', contribution }] : [];
}

/** Names the rarest category or tag that the item shares with a recent one, if both still have it. */
function labelsReason(slot: number, index: RecallIndex, { recents }: Taste): string {
  let rarest: LabelList | undefined;
  for (const { itemKey } of recents) {
    const recent = index.slotOf(itemKey);
    if (recent < 0) continue;
    for (const id of index.labelsOf(recent)) {
      const list = index.list(id);
      if (list.dimension !== 'category' && list.dimension !== 'tag') continue;
      if (index.holds(list, slot) && list.size < (rarest?.size ?? Infinity)) rarest = list;
    }
  }
  return rarest ? `shares ${rarest.label} with what you chose` : 'much in common with what you chose';
}

function interestReason({ dimension, label }: LabelList, { interests }: Taste): string {
  const interest = interests.find((known) => known.dimension === dimension && known.label === label);
  return interest?.given ? `to start with: ${label}` : `you like ${label}`;
}

/** That the item was found, or has its place, for being new: unless that is what the recall reason says. */
export function newReason(candidates: CandidateSet, { place, given }: Scored): Reason[] {
  if (candidates.labelOf(place) === 'new') return [];
  return given || candidates.channelsOf(place).includes('new') ? [{ feature: 'new', contribution: 0 }] : [];
}

/** A label that the user likes: its list, and what it adds to the score. */
export interface Liked {
  readonly list: number;
  readonly contribution: number;
}

/** What the prior knows of a caller's own candidate; undefined when nothing. `prior` has just read it. */
export function likedIn(prior: Prior): Liked | undefined {
  if (prior.liked < 0 || prior.affinity < CONTRIBUTION_MIN) return undefined;
  return { list: prior.liked, contribution: prior.affinity };
}

export function likedReason({ list, contribution }: Liked, index: RecallIndex, taste: Taste): Reason {
  return { feature: interestReason(index.list(list), taste), contribution };
}
