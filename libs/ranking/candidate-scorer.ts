/**
 * Scores the candidates of one request: the model's log-odds of a click plus the prior. Features are extracted once
 * a candidate, by the code that learning uses, into vectors that live on from request to request.
 */
import { newFeatureVector, type FeatureVector } from '#events';
import type { Item } from '#catalogue';
import { FeatureExtractor, type RequestContext, type UserSignals } from '#features';
import type { RecallIndex } from '#recall';
import type { Prior } from './prior.js';
import type { RankingModel, Scores } from './ranking-model.js';

const PROBABILITY_MIN = 1e-9;

export interface Candidate {
  readonly itemId: string;
  readonly key: number;
  /** Undefined when the catalogue does not have it. */
  readonly item: Item | undefined;
  /** −1 when the index does not have it. */
  readonly slot: number;
}

export class CandidateScorer {
  readonly extractor = new FeatureExtractor();
  /** Features that all candidates share stand first in every vector: this many. */
  shared = 0;
  private readonly common: FeatureVector = newFeatureVector();
  private readonly vectors: FeatureVector[] = [];
  private readonly scores: Scores = { ftrl: 0, fm: 0, olr: 0, blend: 0 };
  private now = 0;
  private index!: RecallIndex;
  private model!: RankingModel;

  constructor(private readonly prior: Prior) {}

  begin(
    index: RecallIndex,
    model: RankingModel,
    user: UserSignals,
    context: RequestContext | undefined,
    now: number,
  ): void {
    this.index = index;
    this.model = model;
    this.now = now;
    this.extractor.begin(user, context, now);
    this.shared = this.extractor.shared(this.common);
  }

  /** Extracts the features of the candidate at a place; comes before its scores. */
  extract(place: number, candidate: Candidate): void {
    const vector = (this.vectors[place] ??= newFeatureVector());
    vector.indices.set(this.common.indices.subarray(0, this.shared));
    vector.values.set(this.common.values.subarray(0, this.shared));
    this.extractor.extend(vector, this.shared, candidate.item, candidate.itemId);
  }

  /** By the factorisation machine alone. */
  coarse(place: number, { key, slot }: Candidate): number {
    return (
      logOdds(this.model.coarse(this.vectors[place]!, key, this.now)) +
      this.prior.read(this.index, this.model, slot, key)
    );
  }

  /** By all learners together. */
  fine(place: number, { key, slot }: Candidate): number {
    this.model.score(this.vectors[place]!, key, this.now, this.scores);
    return logOdds(this.scores.blend) + this.prior.read(this.index, this.model, slot, key);
  }
}

function logOdds(probability: number): number {
  const p = Math.min(1 - PROBABILITY_MIN, Math.max(PROBABILITY_MIN, probability));
  return Math.log(p / (1 - p));
}
