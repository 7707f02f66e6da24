/**
 * Scores the candidates of one request: the model's log-odds of a click plus the prior. Features are extracted once
 * a candidate, by the code that learning uses, into vectors that live on from request to request; what all candidates share is
 * read once a request. The coarse rank is a cheaper look at more candidates (libs/learning, coarse-scorer.ts).
 */
import { newFeatureVector, type FeatureVector } from '#events';
import type { Item } from '#catalogue';
import {
  ALL_GROUPS,
  FeatureExtractor,
  GROUP,
  type OwnFeatures,
  type RequestContext,
  type UserSignals,
} from '#features';
import type { RecallIndex } from '#recall';
import type { GoalValues } from './goal-values.js';
import type { Prior } from './prior.js';
import type { RankingModel, Scores } from './ranking-model.js';
import type { RankingSettings, Reason } from './request.js';

const PROBABILITY_MIN = 1e-9;

const NOTHING_OWN: OwnFeatures = { indices: [], values: [] };

export interface Candidate {
  readonly itemId: string;
  readonly key: number;
  /** Undefined when the catalogue does not have it. */
  readonly item: Item | undefined;
  /** −1 when the index does not have it. */
  readonly slot: number;
}

/** libs/interest's UserState has this shape. */
export interface ScoredUser extends UserSignals {
  /** key53 of the id: how the learner names the user. */
  readonly userKey: number;
}

export class CandidateScorer {
  readonly extractor = new FeatureExtractor();
  /** Features that all candidates share stand first in every vector: this many. */
  shared = 0;
  private readonly common: FeatureVector = newFeatureVector();
  private readonly matches: FeatureVector = newFeatureVector();
  private readonly vectors: FeatureVector[] = [];
  private readonly priors: number[] = [];
  private readonly scores: Scores = { ftrl: 0, fm: 0, olr: 0, blend: 0 };
  /** Click-through rates by place. */
  private readonly fineRates: number[] = [];
  private readonly candidates: Candidate[] = [];
  private now = 0;
  /** A model without samples knows nothing but items' click-through rates: its features need not be read. */
  private learnt = false;
  private groups = ALL_GROUPS;
  private index!: RecallIndex;
  private model!: RankingModel;

  private user!: ScoredUser;

  constructor(
    private readonly prior: Prior,
    private readonly goals: GoalValues,
  ) {}

  begin(
    index: RecallIndex,
    model: RankingModel,
    user: ScoredUser,
    settings: RankingSettings,
    context: RequestContext | undefined,
    now: number,
  ): void {
    this.index = index;
    this.model = model;
    this.now = now;
    this.user = user;
    this.goals.begin(settings);
    this.learnt = model.samples > 0;
    this.extractor.begin(user, context, now, settings.featureGroups);
    this.shared = this.extractor.shared(this.common);
    if (!this.learnt) return;
    model.open(this.common, now);
    this.groups = settings.featureGroups ?? ALL_GROUPS;
    model.openCoarse(this.common, (this.groups & GROUP.rates) !== 0);
  }

  /** Gives the candidate a place and reads its prior; comes before all else of the place. */
  place(place: number, candidate: Candidate): void {
    this.candidates[place] = candidate;
    this.priors[place] = this.prior.read(this.index, this.model, candidate.slot, candidate.key);
  }

  /** Reads the candidate's features and the model's scores; comes before `fine`, `deviation` and `goalReasons`. */
  extract(place: number): void {
    if (!this.learnt) return;
    this.model.scoreNext(this.readOwn(place), this.candidates[place]!.key, this.scores);
    this.fineRates[place] = this.scores.blend;
  }

  /** Log-odds by the model's first look, and the prior. Needs no `extract`. */
  coarse(place: number): number {
    const { slot, key, item } = this.candidates[place]!;
    if (!this.learnt || !item) return this.unlearnt(place, key);
    this.extractor.matches(this.matches, item);
    const own = this.groups & GROUP.item ? item.hashes.own : NOTHING_OWN;
    return this.model.coarseLogOdds(slot, key, own, this.matches) + this.priors[place]!;
  }

  /** Log-odds by all learners together, what comes after the click, and the prior. */
  fine(place: number, itemKey: number): number {
    if (!this.learnt) return this.unlearnt(place, itemKey);
    return logOdds(this.fineRates[place]!) + this.goalLift(place, itemKey) + this.priors[place]!;
  }

  /** Log-odds of a click: `fine` without what comes after it. */
  click(place: number, itemKey: number): number {
    if (!this.learnt) return this.unlearnt(place, itemKey);
    return logOdds(this.fineRates[place]!) + this.priors[place]!;
  }

  /** What comes of a click, by GOALS (libs/learning). Holds until the next call. */
  afterClick(place: number, itemKey: number): Float64Array {
    if (!this.learnt) this.readOwn(place);
    const { userKey, segment } = this.user;
    this.model.goals(this.whole(place), itemKey, userKey, segment, this.goals.probabilities);
    return this.goals.probabilities;
  }

  /** Standard deviation of `fine`, as far as the model knows its own uncertainty. */
  deviation(place: number, itemKey: number): number {
    if (!this.learnt) this.readOwn(place);
    return this.model.deviation(this.whole(place), itemKey, this.now);
  }

  /** The candidate's vector, in which the shared features are missing. @returns a name for each of its own */
  describe({ item, itemId }: Candidate, out: FeatureVector): string[] {
    const names = new Array<string>(this.shared).fill('');
    this.extractor.extend(out, this.shared, item, itemId, names);
    return names.slice(this.shared);
  }

  private unlearnt(place: number, itemKey: number): number {
    return logOdds(this.model.ctr(itemKey)) + this.priors[place]!;
  }

  /** The candidate's vector, in which the shared features are missing. */
  private readOwn(place: number): FeatureVector {
    const { itemId, item } = this.candidates[place]!;
    const vector = (this.vectors[place] ??= newFeatureVector());
    this.extractor.extend(vector, this.shared, item, itemId);
    return vector;
  }

  /** The candidate's vector with the shared features. */
  private whole(place: number): FeatureVector {
    const vector = this.vectors[place]!;
    this.putShared(vector);
    return vector;
  }

  private putShared(vector: FeatureVector): void {
    const { indices, values } = this.common;
    for (let i = 0; i < this.shared; i++) {
      vector.indices[i] = indices[i]!;
      vector.values[i] = values[i]!;
    }
  }

  /** What the goals beside the click did for the candidate. */
  goalReasons(place: number, itemKey: number): Reason[] {
    return this.goalLift(place, itemKey) === 0 ? [] : this.goals.reasons(this.priceOf(place));
  }

  private goalLift(place: number, itemKey: number): number {
    if (!this.goals.any || !this.learnt) return 0;
    this.afterClick(place, itemKey);
    return this.goals.lift(this.priceOf(place));
  }

  private priceOf(place: number): number {
    return this.candidates[place]!.item?.price ?? 0;
  }
}

function logOdds(probability: number): number {
  const p = Math.min(1 - PROBABILITY_MIN, Math.max(PROBABILITY_MIN, probability));
  return Math.log(p / (1 - p));
}
