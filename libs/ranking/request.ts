/** What is asked of ranking and what it answers. */
import type { SeededRandom } from '#kernel';
import type { Catalogue } from '#catalogue';
import type { RequestContext, UsedGroups } from '#features';
import type { ChannelName, RecallIndex, RecallRequest } from '#recall';
import type { RuleFailed, RuleSet } from '#rules';
import type { ColdStartRule } from './cold-start.js';
import type { RankableUser } from './exclusions.js';
import type { PlainScore } from './plain-score.js';
import type { PolicySettings } from './policies.js';
import type { RankingModel } from './ranking-model.js';
import type { VarietyMethod } from './variety.js';

/** All given conditions must hold; within one list of labels any of them suffices. */
export interface Filter {
  readonly categories?: readonly string[];
  readonly excludeCategories?: readonly string[];
  readonly tags?: readonly string[];
  readonly brands?: readonly string[];
  /** Inclusive; an item without a price fails either. */
  readonly priceMin?: number;
  readonly priceMax?: number;
  /** Top-level attributes that must equal these scalars. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

export interface RecommendRequest {
  /** Items wanted. */
  readonly n: number;
  /** Where the list is shown; rules can ask for it. Default: `default`. */
  readonly scenario?: string;
  readonly context?: RequestContext;
  readonly filter?: Filter;
  /** Item ids that must not appear. */
  readonly exclude?: readonly string[];
}

export interface RankRequest {
  /** The caller's own candidates, each once; ids unknown to the catalogue are scored with what is known. */
  readonly items: readonly string[];
  readonly scenario?: string;
  readonly context?: RequestContext;
}

/** The part of the configuration that ranking reads (libs/config's `Settings.serving` has this shape). */
export interface RankingSettings extends PolicySettings {
  /** What differs for a segment's users, by its name (`forSegment`). */
  readonly bySegment?: Readonly<Record<string, Partial<Omit<RankingSettings, 'bySegment'>>>>;
  /** Candidates that recall looks for, at least; default: libs/recall's CANDIDATES. */
  readonly candidates?: number;
  readonly candidatesMax: number;
  readonly coarseMax: number;
  /** Share of a list that items without evidence are sure of. */
  readonly newItemShare: number;
  /** What is assumed of people who have done next to nothing. */
  readonly coldStart?: readonly ColdStartRule[];
  /** Shares of the candidates by recall channel, where they differ from the usual ones. */
  readonly recallShares?: Readonly<Record<string, number>>;
  /** Impressions from which an item has evidence; default: EVIDENCE_IMPRESSIONS. */
  readonly newItemImpressions?: number;
  /** Attributes of profile or context whose values are audiences with trends of their own; default: none. */
  readonly audienceAttributes?: readonly string[];
  /** Features that are used; default: all. */
  readonly featureGroups?: UsedGroups;
  readonly perCategoryMax: number;
  readonly perBrandMax: number;
  readonly perSellerMax: number;
  /** Names an item's seller; '': items have none. */
  readonly sellerAttribute: string;
  /** Log-odds that an item loses for each unit of redundancy with those above it; 0: order by score alone. */
  readonly diversity: number;
  readonly diversityBy: VarietyMethod;
  /** Log-odds added to an item of age 0; halves with every half-life. */
  readonly freshness: number;
  readonly freshnessHalfLifeSeconds: number;
  /** What a unit of a converted item's price is worth, in clicks; default: 0. */
  readonly priceValue?: number;
  /** What a like, a conversion and a second of dwell are worth, in clicks. */
  readonly likeValue: number;
  readonly conversionValue: number;
  readonly secondValue: number;
}

export type RankingStage = 'recall' | 'coarse' | 'fine' | 'rerank' | 'explain';

/** Hears when a stage has ended, and with how many items. It may time the stages; it changes nothing. */
export type StageObserver = (stage: RankingStage, items: number) => void;

/** `shared`: what is made ready for all channels. */
export type TimedChannel = ChannelName | 'shared';

/** Hears each time that some work for a channel has ended before recall asks it. It may time that; it changes nothing. */
export type PreparationObserver = (channel: TimedChannel) => void;

/** Everything a ranking depends on: equal inputs, equal answers. */
export interface RankingInput<Request> {
  readonly user: RankableUser;
  readonly request: Request;
  readonly catalogue: Catalogue;
  readonly index: RecallIndex;
  readonly replica: RankingModel;
  readonly settings: RankingSettings;
  /** Seeded for this request. */
  readonly random: SeededRandom;
  /** Event time, ms. */
  readonly now: number;
  readonly ended?: StageObserver;
  readonly prepared?: PreparationObserver;
  readonly looked?: RecallRequest['looked'];
  /** Business rules: the deployment's, then the request's. */
  readonly rules?: readonly RuleSet[];
  readonly ruleFailed?: RuleFailed;
  /** Orders by this instead of the model's score. */
  readonly scoreBy?: PlainScore;
}

export interface Reason {
  /** For a person: "you like comedy", "category drama", "item CTR". */
  readonly feature: string;
  /** In log-odds of a click; 0 for a recall reason that does not enter the score. */
  readonly contribution: number;
}

export interface RankedItem {
  readonly itemId: string;
  /** The id when the catalogue does not have the item. */
  readonly title: string;
  /** σ(model's log-odds of a click + prior): the predicted click-through rate once the model has learnt. */
  readonly score: number;
  /** The recall channel that found it most strongly; `given` for a caller's own candidate. */
  readonly channel: ChannelName | 'given';
  /** Every channel that found it. */
  readonly channels: readonly (ChannelName | 'given')[];
  /** Probability that the policy puts this item here, given the items above it. */
  readonly propensity: number;
  /** 1-based. */
  readonly position: number;
  readonly reasons: readonly Reason[];
  /** Where users rate items: the rating it would most fairly get, in their units. */
  readonly predictedRating?: PredictedRating;
}

export interface PredictedRating {
  /** Least expected squared error. */
  readonly mean: number;
  /** Least expected absolute error: one of the levels of the scale. */
  readonly median: number;
}

export interface RankedByRules {
  /** The rules would have had more to evaluate than is allowed: items were left out unseen, or not lifted. */
  readonly ruleLimitReached?: true;
}

export interface Ranked extends RankedByRules {
  /** Names the policy whose propensities are given, with its parameters: `plackett-luce-0.05`. */
  readonly policy: string;
  readonly modelVersion: string;
  /** Whether chance had a part in this list. */
  readonly explored: boolean;
  readonly items: readonly RankedItem[];
}
