/**
 * Several goals in one score: the value expected of showing an item, in clicks, is
 *
 *     P(click) · (1 + Σ_g value_g · trust_g(segment) · P(g | click))
 *
 * so the goals add ln(1 + Σ ...) to the log-odds of a click. The deployment says what a like, a conversion, a unit of a
 * converted item's price and a second are worth; trust is learnt online for each segment (libs/learning's GoalTrust) and is in the model's answer already.
 */
import { DWELL_FULL_SECONDS, GOALS, type Goal } from '#learning';
import type { RankingSettings, Reason } from './request.js';

const NAMES: Readonly<Record<Goal, string>> = {
  like: 'likely to be liked',
  conversion: 'likely to convert',
  dwell: 'likely to hold the user',
};

const CONVERSION = GOALS.indexOf('conversion');

export class GoalValues {
  /** P(goal | click) of the item at hand. */
  readonly probabilities = new Float64Array(GOALS.length);
  /** Of each goal, whatever the item's price. */
  private plain: readonly number[] = [];
  private priceValue = 0;
  /** Of each goal with the item at hand. */
  private readonly values = new Float64Array(GOALS.length);
  /** Whether any goal beside the click is worth anything. */
  any = false;

  begin({ likeValue, conversionValue, secondValue, priceValue = 0 }: RankingSettings): void {
    const byGoal = { like: likeValue, conversion: conversionValue, dwell: secondValue * DWELL_FULL_SECONDS };
    this.plain = GOALS.map((goal) => byGoal[goal]);
    this.priceValue = priceValue;
    this.any = priceValue > 0 || this.plain.some((value) => value > 0);
  }

  /** What `probabilities` add to the log-odds. @param price of the item at hand; 0 where it has none */
  lift(price: number): number {
    this.values.set(this.plain);
    this.values[CONVERSION]! += this.priceValue * price;
    let sum = 0;
    for (let goal = 0; goal < this.values.length; goal++)
      sum += this.values[goal]! * this.probabilities[goal]!;
    return Math.log1p(sum);
  }

  /** Each goal's part of the lift, by its part of the value. @param price as for `lift` */
  reasons(price: number): Reason[] {
    const lift = this.lift(price);
    const parts = Array.from(this.values, (value, goal) => value * this.probabilities[goal]!);
    const total = parts.reduce((sum, part) => sum + part, 0);
    return GOALS.flatMap((goal, i) =>
      parts[i]! > 0 ? [{ feature: NAMES[goal], contribution: (lift * parts[i]!) / total }] : [],
    );
  }
}
