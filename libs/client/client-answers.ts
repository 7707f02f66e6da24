/** What is asked of the gateway and what it answers; docs at `/docs` of a running gateway. */
import type { Scalar } from './client-events.js';

/** All that are given must hold. */
export interface Filter {
  readonly categories?: readonly string[];
  readonly excludeCategories?: readonly string[];
  readonly tags?: readonly string[];
  readonly brands?: readonly string[];
  readonly priceMin?: number;
  readonly priceMax?: number;
  readonly attributes?: Readonly<Record<string, Scalar>>;
}

/** A business rule (docs/rules.md): either a test that items must pass, or a factor on their odds. */
export interface Rule {
  readonly name: string;
  /** CEL; the rule holds only where it is true. */
  readonly when?: string;
  /** CEL; only items for which it is true may be in the list. */
  readonly filter?: string;
  /** A number, or CEL that gives one: above 1 lifts, below 1 lowers. */
  readonly boost?: string | number;
}

interface ListRequest {
  readonly user: string;
  /** Where the list is shown: home, cart, ... */
  readonly scenario?: string;
  readonly context?: Readonly<Record<string, Scalar>>;
  /** A `seq` that the answer must reflect; `'mine'`: everything that this client has tracked. The wait is bounded. */
  readonly after?: number | 'mine';
}

export interface RecommendRequest extends ListRequest {
  /** Length of the list. Default: the gateway's. */
  readonly n?: number;
  readonly filter?: Filter;
  readonly exclude?: readonly string[];
  /** Beside the deployment's; at most 16. */
  readonly rules?: readonly Rule[];
}

export interface RankRequest extends ListRequest {
  /** The candidates, at most 1,000. */
  readonly items: readonly string[];
}

export interface TrendingRequest {
  readonly n?: number;
  readonly category?: string;
  /** A segment's name, `cluster:3`, or an audience such as `country=NO`. */
  readonly segment?: string;
  readonly windowSeconds?: number;
}

export interface ListedItem {
  readonly itemId: string;
  readonly title?: string;
  /** Predicted click probability, calibrated. */
  readonly score: number;
  /** What found it first. */
  readonly channel: string;
  /** All that found it. Missing in a substitute that the gateway made. */
  readonly channels?: readonly string[];
  readonly propensity: number;
  readonly position: number;
  readonly reasons: readonly { readonly feature: string; readonly contribution: number }[];
  /** Where users rate items: what the user would rate it, in their units. */
  readonly predictedRating?: { readonly mean: number; readonly median: number };
}

export interface Recommendation {
  /** Send it with the impression and the clicks of this list. */
  readonly recommendationId: string;
  readonly modelVersion: string;
  readonly policy: string;
  /** Whether the order was sampled to explore, instead of sorted. Missing in a substitute that the gateway made. */
  readonly explored?: boolean;
  readonly after: { readonly requested?: number | null; readonly reached: boolean };
  /** Log sequence that the answer reflects. */
  readonly position: number;
  readonly items: readonly ListedItem[];
  /** Present when the business rules had more to evaluate than is allowed: items were left out unseen, or not lifted. */
  readonly ruleLimitReached?: true;
  /** Present when the answer is a substitute: the last list, trending... */
  readonly degraded?: { readonly reason: string; readonly source: string };
}

export interface ItemList {
  readonly items: readonly { readonly itemId: string; readonly title?: string; readonly score?: number }[];
  readonly ruleLimitReached?: true;
  readonly degraded?: { readonly reason: string; readonly source: string };
}
