/** How often the intervals of each estimator hold the truth, over many worlds; how far off it is, and how wide. */
import type { Asked } from './simulated-world.js';

export interface EstimatorCoverage {
  readonly name: string;
  readonly estimates: number;
  /** Share of the 95 % intervals that hold the click rate at the logged moments; what the estimate is about. */
  readonly holdsAsLogged: number;
  /** The same of the click rate when the policy really ran. */
  readonly holdsReallyRun: number;
  /** Mean of estimate − truth. */
  readonly biasAsLogged: number;
  readonly biasReallyRun: number;
  /** Mean width of the intervals. */
  readonly width: number;
  /** As wide as 95 % intervals need be: 3.92 standard deviations of estimate − truth over the worlds. */
  readonly neededAsLogged: number;
  readonly neededReallyRun: number;
}

export interface PolicyCoverage {
  readonly worlds: number;
  /** Worlds in which the question was refused, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Means over all worlds. */
  readonly asLogged: number;
  readonly reallyRun: number;
  /** Of the policy that ran. */
  readonly behaviour: number;
  /** Mean weight, over the worlds. */
  readonly weightMean: number;
  /** Of fitted propensities: mean |ln(fitted / true)|. */
  readonly fitError?: number;
  readonly estimators: readonly EstimatorCoverage[];
}

interface Sums {
  estimates: number;
  holdsAsLogged: number;
  holdsReallyRun: number;
  readonly asLogged: Deviations;
  readonly reallyRun: Deviations;
  width: number;
}

/** Of estimates from the truth. */
class Deviations {
  private count = 0;
  private sum = 0;
  private squares = 0;

  add(deviation: number): void {
    this.count++;
    this.sum += deviation;
    this.squares += deviation * deviation;
  }

  get mean(): number {
    return this.sum / this.count;
  }

  get standard(): number {
    return Math.sqrt((this.squares - this.sum * this.mean) / (this.count - 1));
  }
}

/** Standard deviations that 95 % of a normal distribution lie within. */
const WIDTH_95 = 2 * 1.959964;

export class Coverage {
  private worlds = 0;
  private readonly refused: Record<string, number> = {};
  private readonly sums = { asLogged: 0, reallyRun: 0, behaviour: 0, weightMean: 0 };
  private fitError = 0;
  private readonly byEstimator = new Map<string, Sums>();

  add({ report, asLogged }: Asked, reallyRun: number): void {
    this.worlds++;
    this.sums.asLogged += asLogged;
    this.sums.reallyRun += reallyRun;
    this.sums.behaviour += report.behaviour;
    this.sums.weightMean += report.diagnostics.weightMean;
    this.fitError += report.fitError ?? NaN;
    if (report.refusal) this.refused[report.refusal.code] = (this.refused[report.refusal.code] ?? 0) + 1;
    for (const { name, value, low, high } of report.estimates) {
      const sums = this.estimator(name);
      sums.estimates++;
      if (low <= asLogged && asLogged <= high) sums.holdsAsLogged++;
      if (low <= reallyRun && reallyRun <= high) sums.holdsReallyRun++;
      sums.asLogged.add(value - asLogged);
      sums.reallyRun.add(value - reallyRun);
      sums.width += high - low;
    }
  }

  report(): PolicyCoverage {
    const { worlds, refused, sums } = this;
    return {
      worlds,
      refused,
      asLogged: sums.asLogged / worlds,
      reallyRun: sums.reallyRun / worlds,
      behaviour: sums.behaviour / worlds,
      weightMean: sums.weightMean / worlds,
      ...(Number.isFinite(this.fitError) && { fitError: this.fitError / worlds }),
      estimators: [...this.byEstimator].map(([name, { estimates, ...of }]) => ({
        name,
        estimates,
        holdsAsLogged: of.holdsAsLogged / estimates,
        holdsReallyRun: of.holdsReallyRun / estimates,
        biasAsLogged: of.asLogged.mean,
        biasReallyRun: of.reallyRun.mean,
        width: of.width / estimates,
        neededAsLogged: WIDTH_95 * of.asLogged.standard,
        neededReallyRun: WIDTH_95 * of.reallyRun.standard,
      })),
    };
  }

  private estimator(name: string): Sums {
    let sums = this.byEstimator.get(name);
    if (!sums) {
      sums = {
        estimates: 0,
        holdsAsLogged: 0,
        holdsReallyRun: 0,
        asLogged: new Deviations(),
        reallyRun: new Deviations(),
        width: 0,
      };
      this.byEstimator.set(name, sums);
    }
    return sums;
  }
}
