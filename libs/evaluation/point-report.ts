/**
 * How well every model predicts single samples: what was shown, one by one, with a click or without. Each prediction was
 * made before its sample was learnt. Streaming: sums in blocks over all samples, the newest few millions for AUC.
 */
import { pairedBootstrap, type BootstrapResult } from './bootstrap.js';
import type { AucDifference } from './delong.js';
import { MetricBlocks } from './metric-blocks.js';
import { columnIndex, type ModelColumn } from './model-column.js';
import { calibrationError, clipProbability, type CalibrationBin } from './probability-metrics.js';
import { SampleStore } from './sample-store.js';

/** Values are undefined where scores are no probabilities, NaN without a denominator. */
export interface PointRow {
  readonly name: string;
  /** Nats. */
  readonly logLoss?: number;
  readonly normalisedEntropy?: number;
  readonly auc: number;
  /** Mean AUC of the users' own samples, weighted by their number. */
  readonly userAuc: number;
  readonly calibration?: number;
  readonly calibrationError?: number;
}

/** Columns of the sums: the label, then log loss and prediction of each model. */
const LABEL = 0;
const lossColumn = (model: number): number => 1 + 2 * model;
const predictedColumn = (model: number): number => 2 + 2 * model;

export class PointReport {
  private readonly sums: MetricBlocks;
  private readonly row: Float64Array;
  private readonly store: SampleStore;
  private readonly users = new Map<string, number>();

  constructor(
    readonly columns: readonly ModelColumn[],
    samplesMax?: number,
  ) {
    this.sums = new MetricBlocks(1 + 2 * columns.length);
    this.row = new Float64Array(this.sums.width);
    this.store = new SampleStore(columns.length, samplesMax);
  }

  /** In order of time. @param scores in the order of the columns */
  add(userId: string, label: 0 | 1, scores: ArrayLike<number>): void {
    let user = this.users.get(userId);
    if (user === undefined) this.users.set(userId, (user = this.users.size));
    this.row[LABEL] = label;
    this.columns.forEach(({ probabilistic }, model) => {
      if (!probabilistic) return;
      const p = clipProbability(scores[model]!);
      this.row[lossColumn(model)] = -Math.log(label === 1 ? p : 1 - p);
      this.row[predictedColumn(model)] = scores[model]!;
    });
    this.sums.add(this.row);
    this.store.add(user, label, scores);
  }

  get userCount(): number {
    return this.users.size;
  }

  samples(last = 1): number {
    return this.sums.rowsOf(last);
  }

  /** Share of positives. */
  rate(last = 1): number {
    return this.sums.mean(LABEL, last);
  }

  rows(last = 1): PointRow[] {
    const samples = this.samples(last);
    return this.columns.map(({ name, probabilistic }, model) => ({
      name,
      auc: this.store.auc(model, samples),
      userAuc: this.store.groupedAuc(model, samples).auc,
      ...(probabilistic && this.probabilities(model, last)),
    }));
  }

  calibration(name: string, last = 1, bins?: number): CalibrationBin[] {
    return this.store.calibration(columnIndex(this.columns, name), this.samples(last), bins);
  }

  /** [samples so far, mean log loss of the last step's samples] */
  lossCurve(name: string, points: number): [number, number][] {
    const column = lossColumn(columnIndex(this.columns, name));
    return this.sums.curve(points, (sums, rows) => sums[column]! / rows, true);
  }

  /** Log loss of two models on the same samples (beyond 16,384 of them: on the same blocks of neighbours). */
  compareLoss(a: string, b: string, seed: number, resamples: number, last = 1): BootstrapResult {
    const losses = (name: string): Float64Array =>
      this.sums.blockMeans(lossColumn(columnIndex(this.columns, name)), last);
    return pairedBootstrap(losses(a), losses(b), seed, resamples, 'lower');
  }

  /** AUC of two models on the same samples. */
  compareAuc(a: string, b: string, last = 1): AucDifference {
    return this.store.compareAuc(
      columnIndex(this.columns, a),
      columnIndex(this.columns, b),
      this.samples(last),
    );
  }

  /** AUC per user of two models: the users are resampled, each with the weight of their samples. */
  compareUserAuc(
    a: string,
    b: string,
    seed: number,
    resamples: number,
    last = 1,
  ): BootstrapResult | undefined {
    const samples = this.samples(last);
    const perUser = (name: string) => this.store.aucPerGroup(columnIndex(this.columns, name), samples);
    const [left, right] = [perUser(a), perUser(b)].map((users) => users.filter((u) => !Number.isNaN(u.auc)));
    if (left!.length === 0) return undefined;
    const mean = left!.reduce((sum, user) => sum + user.samples, 0) / left!.length;
    const weighed = (users: typeof left) => users!.map((user) => (user.auc * user.samples) / mean);
    return pairedBootstrap(weighed(left), weighed(right), seed, resamples);
  }

  private probabilities(model: number, last: number): Partial<PointRow> {
    const rate = this.rate(last);
    const logLoss = this.sums.mean(lossColumn(model), last);
    return {
      logLoss,
      normalisedEntropy: logLoss / -(rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate)),
      calibration: this.sums.mean(predictedColumn(model), last) / rate,
      calibrationError: calibrationError(this.store.calibration(model, this.samples(last))),
    };
  }
}
