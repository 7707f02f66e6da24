/**
 * Turns a predicted click-through rate, as if in slot 1, into one of its slot: times the clicks seen there so far over the
 * clicks predicted there so far. So the reward model follows examination and calibration, and never sees a list's own clicks.
 */
const SLOTS_MAX = 1_000;
/** Clicks that the factor 1 weighs at first. */
const PRIOR_CLICKS = 5;

export class SlotRates {
  private readonly clicks = new Float64Array(SLOTS_MAX + 1);
  private readonly predicted = new Float64Array(SLOTS_MAX + 1);

  /** @param slot 0-based */
  factor(slot: number): number {
    const at = Math.min(slot, SLOTS_MAX);
    return (this.clicks[at]! + PRIOR_CLICKS) / (this.predicted[at]! + PRIOR_CLICKS);
  }

  learn(slot: number, rate: number, clicked: boolean): void {
    const at = Math.min(slot, SLOTS_MAX);
    this.predicted[at]! += rate;
    if (clicked) this.clicks[at]! += 1;
  }
}
