/**
 * How well factors alone foretell what is taken next: before an engagement is folded, each model names the nearest items
 * that the user has not taken, and the one taken is among them or not. For comparing factors fitted as a whole with those
 * learnt step by step.
 */
import { FeedbackDecoder, type Engagement, type FeedbackSink } from '#events';
import type { OnlineModel } from '#learning';

export const FACTOR_HITS_TOP = 20;
/** Engagements looked at: one is enough in so many. */
const EACH = 4;

export class FactorHits implements FeedbackSink {
  /** Engagements asked about, and of those the hits of each model. */
  asked = 0;
  readonly hits: number[];
  private readonly decoder = new FeedbackDecoder();
  private met = 0;

  constructor(private readonly models: readonly OnlineModel[]) {
    this.hits = models.map(() => 0);
  }

  /** A message that the models are about to fold. @throws as the decoder does */
  look(payload: Uint8Array): void {
    this.decoder.decode(payload, this);
  }

  engagement({ userKey, itemKey, weight, timestamp, recentKeys, recentAgesSeconds }: Engagement): void {
    const { taken, userFactors } = this.models[0]!.scorer.tables;
    if (!(weight > 0) || taken.has(userKey, itemKey) || userFactors.find(userKey) < 0) return;
    if (this.met++ % EACH !== 0) return;
    this.asked++;
    this.models.forEach((model, i) => {
      const { nextItems } = model.scorer;
      nextItems.begin({ userKey, recentKeys, recentAgesSeconds, now: timestamp });
      if (nextItems.nearest(FACTOR_HITS_TOP, () => true).includes(itemKey)) this.hits[i]!++;
    });
  }

  exposure(): void {}
  outcome(): void {}
  sequel(): void {}
}
