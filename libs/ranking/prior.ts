/**
 * What is believed of a candidate before the model has learnt enough, in log-odds added to the model's:
 *
 *     prior = influence · ( (1.5 − c) · affinity + (1 − c) · (min(1, co-visitation) + 0.5 · popularity) + c · mix )
 *     influence = max( 0.15, 5,000 / (5,000 + samples) )
 *     c = examples / (examples + 1,000 + samples)
 *
 * - affinity: Σ over category (1), brand (0.6), tag (0.6), price band (0.2) of squash(Σ w / √labels), where w is
 *   the user's interest in each of the item's labels and squash(x) = x / (1 + |x|); negative for disliked labels;
 * - co-visitation: how strongly the user's recent items point at it (libs/recall's CovisitationScores);
 * - mix: the log-odds of the channel mix (libs/learning/next-item), in which co-visitation and popularity have the
 *   weights that predict the next item best. c is 1 for a log without impressions, of which click models (that learn
 *   from `samples`) know nothing, and small where there are many unclicked impressions for each engagement;
 * - popularity: ln(1 + its decayed engagement) / ln(1 + the most popular item's), in [0, 1], in the window that suits
 *   the deployment best.
 *
 * So a click moves its category up in the very next list, whether the model has learnt nothing yet or years of
 * data; an experienced model is bent by at most about half a unit of log-odds.
 */
import { DIMENSIONS } from '#features';
import type { CovisitationScores, LabelDimension, MixedOdds, RecallIndex, Taste } from '#recall';
import type { RankingModel } from './ranking-model.js';

const AFFINITY = 1.5;
const AFFINITY_LEARNT = 0.5;
const COVISITATION = 1;
const POPULARITY = 0.5;
const SAMPLES_HALF = 5_000;
const EXAMPLES_HALF = 1_000;
const INFLUENCE_MIN = 0.15;
const DIMENSION_WEIGHTS: Readonly<Record<LabelDimension, number>> = {
  category: 1,
  brand: 0.6,
  tag: 0.6,
  price: 0.2,
};

const WEIGHT_OF = DIMENSIONS.map((dimension) => DIMENSION_WEIGHTS[dimension]);

export class Prior {
  /** Of the slot last read, in log-odds. */
  mixed = 0;
  affinity = 0;
  covisitation = 0;
  popularity = 0;
  /** The list whose label contributed most to `affinity`; −1 if none did. */
  liked = -1;
  private influence = 1;
  private popularityScale = 0;
  private windowSeconds = 0;
  private now = 0;
  /** The user's interest in the label of each list. */
  private weights = new Float32Array(256);
  private readonly weighted: number[] = [];
  /** c. */
  private learnt = 0;
  private next!: MixedOdds;

  constructor(private readonly scores: CovisitationScores) {}

  begin(index: RecallIndex, model: RankingModel, taste: Taste, next: MixedOdds, now: number): void {
    this.next = next;
    this.now = now;
    this.influence = Math.max(INFLUENCE_MIN, SAMPLES_HALF / (SAMPLES_HALF + model.samples));
    this.learnt = next.examples / (next.examples + EXAMPLES_HALF + model.samples);
    this.windowSeconds = model.bestWindowSeconds;
    const top = model.trending(1, now, this.windowSeconds).scores[0] ?? 0;
    this.popularityScale = top > 0 ? 1 / Math.log1p(top) : 0;
    this.weigh(index, taste);
  }

  /** Sets the three parts for one candidate; slot −1: not in the index. @returns their sum */
  read(index: RecallIndex, model: RankingModel, slot: number, itemKey: number): number {
    this.affinity = this.covisitation = 0;
    this.liked = -1;
    const learnt = this.learnt;
    this.mixed = this.influence * learnt * this.next.logit(itemKey);
    this.popularity = this.influence * (1 - learnt) * POPULARITY * this.popularityOf(model, itemKey);
    if (slot >= 0) {
      this.affinity =
        this.influence * (AFFINITY + learnt * (AFFINITY_LEARNT - AFFINITY)) * this.affinityOf(index, slot);
      this.covisitation =
        this.influence * (1 - learnt) * COVISITATION * Math.min(1, this.scores.strengthOf(slot));
    }
    return this.affinity + this.covisitation + this.popularity + this.mixed;
  }

  private weigh(index: RecallIndex, taste: Taste): void {
    for (const id of this.weighted) this.weights[id] = 0;
    this.weighted.length = 0;
    if (this.weights.length < index.listCount) this.weights = new Float32Array(index.listCount * 2);
    for (const { dimension, label, weight } of taste.interests) {
      const list = index.listOf(dimension, label);
      if (!list) continue;
      this.weights[list.id] = weight;
      this.weighted.push(list.id);
    }
  }

  private affinityOf(index: RecallIndex, slot: number): number {
    if (this.weighted.length === 0) return 0;
    const labels = index.labelsOf(slot);
    let affinity = 0;
    let best = 0;
    for (let from = 0; from < labels.length;) {
      const dimension = index.dimensionOf(labels[from]!);
      let sum = 0;
      let to = from;
      // The labels of one dimension stand together.
      for (; to < labels.length && index.dimensionOf(labels[to]!) === dimension; to++) {
        const weight = this.weights[labels[to]!]!;
        sum += weight;
        if (weight > best) {
          best = weight;
          this.liked = labels[to]!;
        }
      }
      affinity += WEIGHT_OF[dimension]! * squash(sum / Math.sqrt(to - from));
      from = to;
    }
    return affinity;
  }

  private popularityOf(model: RankingModel, itemKey: number): number {
    if (this.popularityScale === 0) return 0;
    return Math.min(
      1,
      Math.log1p(model.statistics.popularity(itemKey, this.now, this.windowSeconds)) * this.popularityScale,
    );
  }
}

function squash(x: number): number {
  return x / (1 + Math.abs(x));
}
