/**
 * A first, cheap look at many candidates of one user. The blend is linear in its learners' logits, and a learner's logit over
 * the features that a user's lists share (u) and those that an item carries for everybody (i) falls into parts:
 *
 *     linear:  ℓ(u ∪ i) = ℓ(u) + ℓ(i)
 *     FM:      ℓ(u ∪ i) = ℓ(u) + ℓ(i) − w0 + Σ_f (Σ_{a ∈ u} v_af x_a) (Σ_{b ∈ i} v_bf x_b)
 *
 * So a user is 1 + k numbers, an item 1 + k others, and their score one dot product. Of what belongs to the pair alone, how the item's
 * labels match the user's interests is counted in full. The rest is left to the fine rank: crosses, which say much the same, history,
 * age, popularity's bucket.
 *
 * Items' parts are kept until the model or the item changes. They are functions of those alone, so what is kept equals what
 * would be made anew, and two hosts, or a host and a replay, give the same scores from the same model.
 */
import { widened } from '#kernel';
import { newFeatureVector, type FeatureVector } from '#events';
import { plainIndex, type OwnFeatures } from '#features';
import { newReading, readEvidence } from './item-reading.js';
import { RateTotals } from './rate-features.js';
import { fillSample, type Sample } from './sample.js';
import { LEARNERS, type Scorer } from './scorer.js';
import { appendEvidenceFeatures } from './statistics-features.js';

const FIRST_ROWS = 1024;
const FM = LEARNERS.indexOf('fm');

export class CoarseScorer {
  private readonly sample: Sample;
  private readonly vector: FeatureVector = newFeatureVector();
  private readonly reading = newReading();
  private readonly rates = new RateTotals();
  /** Factors. */
  private readonly k: number;
  /** Sums of factors over the shared features. */
  private readonly user: Float64Array;
  /** Of each learner's logit in the blend's. */
  private readonly shares = new Float64Array(LEARNERS.length);
  private userPart = 0;
  private rated = true;
  /** Of items, by row: the linear part, then k sums of factors. */
  private parts: Float32Array;
  /** What each row's part was made of. */
  private made: (OwnFeatures | undefined)[] = [];
  private revision = -1;

  constructor(private readonly scorer: Scorer) {
    this.sample = scorer.coarseSample;
    this.k = scorer.weights.fm.factors;
    this.user = new Float64Array(this.k);
    this.parts = new Float32Array(FIRST_ROWS * (1 + this.k));
  }

  /**
   * @param shared what every vector of the list begins with
   * @param rated whether features have families (libs/features, families.ts)
   */
  open(shared: FeatureVector, rated: boolean): void {
    const { scorer, k } = this;
    for (let i = 0; i < LEARNERS.length; i++) this.shares[i] = scorer.blend.coefficients[1 + i]!;
    if (scorer.revision !== this.revision || rated !== this.rated) {
      this.made.length = 0;
      this.revision = scorer.revision;
      this.rated = rated;
    }
    this.user.fill(0);
    this.userPart = scorer.blend.coefficients[0]!;
    if (!fillSample(this.sample, shared, scorer.mask)) return;
    this.appendRates(shared);
    this.userPart += this.weigh();
    for (let f = 0; f < k; f++) this.user[f] = scorer.weights.fm.sums[f]!;
  }

  /**
   * Log-odds of a click, calibrated as the blend's are.
   * @param row a small number that stands for the item. @param own the same object for as long as the item stays as it is
   * @param matches features of the pair
   */
  logOdds(row: number, itemKey: number, own: OwnFeatures, matches: FeatureVector): number {
    if (this.made[row] !== own) this.make(row, itemKey, own);
    return this.scorer.calibrators.at(-1)!.logOdds(this.userPart + this.pairWith(row, matches));
  }

  /** The item's part, that of the matches, and by the machine that of all pairs among user, item and matches but those within the first two. */
  private pairWith(row: number, matches: FeatureVector): number {
    const { parts, user, k, shares, scorer } = this;
    const at = row * (1 + k);
    const { fm } = scorer.weights;
    if (!fillSample(this.sample, matches, scorer.mask)) return parts[at]!;
    const linear = this.weigh() - shares[FM]! * fm.w0[0]!;
    let pairs = 0;
    for (let f = 0; f < k; f++) {
      const matched = fm.sums[f]!;
      pairs += (user[f]! + matched) * parts[at + 1 + f]! + matched * user[f]!;
    }
    return parts[at]! + linear + shares[FM]! * pairs;
  }

  private make(row: number, itemKey: number, own: OwnFeatures): void {
    const { scorer, reading, sample, k } = this;
    while (this.parts.length < (row + 1) * (1 + k)) this.parts = widened(this.parts);
    this.made[row] = own;
    const { statistics } = scorer.tables;
    readEvidence(reading, statistics, statistics.rowOf(itemKey), 0);
    fillSample(sample, this.vectorOf(own), scorer.mask);
    this.appendRates(this.vector);
    appendEvidenceFeatures(sample, reading, scorer.mask);
    const at = row * (1 + k);
    const { fm } = scorer.weights;
    this.parts[at] = scorer.offsetFrom(sample.offset) + this.weigh() - this.shares[FM]! * fm.w0[0]!;
    for (let f = 0; f < k; f++) this.parts[at + 1 + f] = fm.sums[f]!;
  }

  /** What the learners add for the sample, each with its share of the blend; w0 counts with the user. */
  private weigh(): number {
    const { joint } = this.scorer;
    joint.whole(this.sample, true);
    let sum = 0;
    for (let k = 0; k < LEARNERS.length; k++) sum += this.shares[k]! * joint.logits[k]!;
    return sum;
  }

  private appendRates(features: FeatureVector): void {
    const overallLogit = this.scorer.tables.statistics.overallLogit();
    this.rates.clear();
    this.rates.add(features, 0, this.scorer.rates, overallLogit, true);
    this.rates.append(this.sample, this.scorer.mask);
  }

  private vectorOf({ indices, values }: OwnFeatures): FeatureVector {
    const { vector, rated } = this;
    const length = Math.min(indices.length, vector.indices.length);
    for (let i = 0; i < length; i++) {
      vector.indices[i] = rated ? indices[i]! : plainIndex(indices[i]!);
      vector.values[i] = values[i]!;
    }
    vector.length = length;
    return vector;
  }
}
