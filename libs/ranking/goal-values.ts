/**
 * Several goals in one score: the value expected of showing an item, in clicks, is
 *
 *     P(click) · (1 + Σ_g value_g · trust_g(segment) · P(g | click))
 *
 * so the goals add ln(1 + Σ ...) to the log-odds of a click. The deployment says what a like, a conversion and a second
 * are worth; trust is learnt online for each segment (libs/learning's GoalTrust) and is in the model's answer already.
 */
import { DWELL_FULL_SECONDS, GOALS, type Goal } from '#learning';
import type { RankingSettings, Reason } from './request.js';

const NAMES: Readonly<Record<Goal, string>> = {
  like: 'likely to be liked',
  conversion: 'likely to convert',
  dwell: 'likely to hold the user',
};

export class GoalValues {
  /** P(goal | click) of the item at hand. */
  readonly probabilities = new Float64Array(GOALS.length);
  private values: readonly number[] = [];
  /** Whether any goal beside the click is worth anything. */
  any = false;

  begin({ likeValue, conversionValue, secondValue }: RankingSettings): void {
    const byGoal = { like: likeValue, conversion: conversionValue, dwell: secondValue * DWELL_FULL_SECONDS };
    this.values = GOALS.map((goal) => byGoal[goal]);
    this.any = this.values.some((value) => value > 0);
  }

  /** What `probabilities` add to the log-odds. */
  lift(): number {
    return Math.log1p(this.values.reduce((sum, value, goal) => sum + value * this.probabilities[goal]!, 0));
  }

  /** Each goal's part of the lift, by its part of the value. */
  reasons(): Reason[] {
    const lift = this.lift();
    const parts = this.values.map((value, goal) => value * this.probabilities[goal]!);
    const total = parts.reduce((sum, part) => sum + part, 0);
    return GOALS.flatMap((goal, i) =>
      parts[i]! > 0 ? [{ feature: NAMES[goal], contribution: (lift * parts[i]!) / total }] : [],
    );
  }
}
