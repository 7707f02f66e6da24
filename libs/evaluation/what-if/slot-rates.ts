/**
 * Turns a predicted reward (a click-through rate, say), as if in slot 1, into one of its slot: times what was earned there so far over
 * what was predicted there so far. So the reward model follows examination and calibration, and never sees a list's own rewards.
 */
const SLOTS_MAX = 1_000;
/** Items that have earned all they can, which the factor 1 weighs at first. */
const PRIOR_REWARDS = 5;

export class SlotRates {
  private readonly earned = new Float64Array(SLOTS_MAX + 1);
  private readonly predicted = new Float64Array(SLOTS_MAX + 1);
  private readonly prior: number;

  /** @param rewardMax most that one item can earn */
  constructor(rewardMax = 1) {
    this.prior = PRIOR_REWARDS * rewardMax;
  }

  /** @param slot 0-based */
  factor(slot: number): number {
    const at = Math.min(slot, SLOTS_MAX);
    return (this.earned[at]! + this.prior) / (this.predicted[at]! + this.prior);
  }

  learn(slot: number, rate: number, reward: number): void {
    const at = Math.min(slot, SLOTS_MAX);
    this.predicted[at]! += rate;
    this.earned[at]! += reward;
  }
}
