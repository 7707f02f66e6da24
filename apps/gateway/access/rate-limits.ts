/**
 * A token bucket a key, counted in events, not in requests: a batch of a thousand costs a thousand. Each holds one
 * second's worth, and lets a batch through that is larger than that when it is full, in debt until it has refilled.
 * Kept in this process: with n gateways behind a balancer a key may do n times as much.
 */
interface Bucket {
  tokens: number;
  updatedAt: number;
}

export class RateLimits {
  /** One a configured key, so bounded by the configuration. */
  private readonly buckets = new Map<string, Bucket>();

  /**
   * @param now ms, monotonic
   * @returns 0 when the events may pass, else the seconds to wait
   */
  take(key: string, events: number, perSecond: number, now: number): number {
    let bucket = this.buckets.get(key);
    if (!bucket) this.buckets.set(key, (bucket = { tokens: perSecond, updatedAt: now }));
    bucket.tokens = Math.min(perSecond, bucket.tokens + ((now - bucket.updatedAt) / 1000) * perSecond);
    bucket.updatedAt = now;
    const wanted = Math.min(events, perSecond);
    if (bucket.tokens < wanted) return (wanted - bucket.tokens) / perSecond;
    bucket.tokens -= events;
    return 0;
  }
}
