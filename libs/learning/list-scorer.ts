/**
 * The scorer at work on a list: candidates of one user whose vectors begin with the same features (libs/features puts what all
 * items share first). What those features add is summed once a list, and each candidate continues the sums from there in the
 * order in which the scorer would: equal bit for bit, at a third of the reads (list-scorer.spec.ts holds it).
 *
 * Between `open` and the last `score` nothing may be learnt.
 */
import { newFeatureVector, type FeatureVector } from '#events';
import { newReading, readItem } from './item-reading.js';
import { contributionsByFeature, RateTotals } from './rate-features.js';
import { fillSample, type Sample } from './sample.js';
import { LEARNERS, type Scorer, type Scores } from './scorer.js';
import { appendStatisticsFeatures, STATISTICS_FEATURE_NAMES } from './statistics-features.js';

export class ListScorer {
  private readonly shared = newFeatureVector();
  private readonly sample: Sample;
  private readonly reading = newReading();
  private readonly sharedRates = new RateTotals();
  private readonly rates = new RateTotals();
  /** False when a shared feature is not finite: then nothing is shared. */
  private sound = true;
  private now = 0;

  private readonly mask: number;

  constructor(private readonly scorer: Scorer) {
    this.mask = scorer.mask;
    this.sample = scorer.listSample;
  }

  /** @param shared what every vector of the list begins with */
  open(shared: FeatureVector, now: number): void {
    const { tables, joint, rates } = this.scorer;
    this.now = now;
    copy(shared, this.shared);
    this.sound = fillSample(this.sample, shared, this.mask);
    if (!this.sound) return;
    joint.open(this.sample);
    this.sharedRates.clear();
    this.sharedRates.add(shared, 0, rates, tables.statistics.overallLogit(), true);
  }

  /** As Scorer.score. @param features its first entries, as many as `open` had, are not looked at */
  score(features: FeatureVector, itemKey: number, out: Scores): void {
    if (this.predict(features, itemKey)) this.scorer.read(out);
    else this.scoreWhole(features, itemKey, out);
  }

  /**
   * What moved the blend's logit of a candidate: a contribution for each of its own features, those behind the shared ones, then for
   * each of STATISTICS_FEATURE_NAMES; the item's CTR includes its distance from the overall CTR, where it starts. Empty where a feature
   * is not finite.
   */
  explain(features: FeatureVector, itemKey: number): Float64Array {
    if (!this.predict(features, itemKey)) return new Float64Array(0);
    const { scorer, sample, shared, reading } = this;
    const contributions = new Float64Array(sample.length - shared.length);
    LEARNERS.forEach((name, k) =>
      scorer.weights[name].contribute(
        sample,
        scorer.blend.coefficients[k + 1]!,
        contributions,
        shared.length,
      ),
    );
    contributions[contributions.length - STATISTICS_FEATURE_NAMES.length]! +=
      reading.ctrLogit - reading.overallLogit;
    return contributionsByFeature(contributions, features, shared.length, this.sharedRates);
  }

  /** @returns false where a feature is not finite */
  private predict(features: FeatureVector, itemKey: number): boolean {
    const { scorer, sample, shared, reading, rates } = this;
    if (!this.sound || !fillSample(sample, features, this.mask, shared.length)) return false;
    scorer.weights.ftrl.rows.touch(sample, shared.length);
    readItem(reading, scorer.tables.statistics, itemKey, this.now, 0);
    rates.copy(this.sharedRates);
    rates.add(features, shared.length, scorer.rates, reading.overallLogit, true);
    rates.append(sample, this.mask);
    appendStatisticsFeatures(sample, reading, this.mask);
    scorer.predictAfter(sample, shared.length);
    return true;
  }

  /** A feature that is not finite: the scorer knows what to do. */
  private scoreWhole(features: FeatureVector, itemKey: number, out: Scores): void {
    const { indices, values, length } = this.shared;
    features.indices.set(indices.subarray(0, length));
    features.values.set(values.subarray(0, length));
    this.scorer.score(features, itemKey, this.now, out);
  }
}

function copy(from: FeatureVector, to: FeatureVector): void {
  to.indices.set(from.indices.subarray(0, from.length));
  to.values.set(from.values.subarray(0, from.length));
  to.length = from.length;
}
