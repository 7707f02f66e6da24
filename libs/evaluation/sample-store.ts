/**
 * Predictions and labels of many models over the newest samples, for the metrics that need all of them at once: AUC, AUC per
 * user, calibration. 4 bytes a model and sample, and 5 beside; when full, the older half is let go.
 */
import { compareAuc, type AucDifference } from './delong.js';
import {
  auc,
  calibrationCurve,
  calibrationRatio,
  logLoss,
  type CalibrationBin,
} from './probability-metrics.js';

export const SAMPLES_MAX = 4_194_304;
const SAMPLES_FIRST = 4_096;

export interface GroupedAuc {
  /** Mean of the groups' AUC, weighted by their samples. NaN when no group has both labels. */
  readonly auc: number;
  /** Groups with both labels: the others have no AUC and are left out. */
  readonly groups: number;
}

export class SampleStore {
  length = 0;
  /** Samples let go because there were too many. */
  dropped = 0;
  private capacity: number;
  private scores: Float32Array[];
  private labels: Uint8Array;
  private groups: Uint32Array;

  constructor(
    readonly models: number,
    private readonly samplesMax = SAMPLES_MAX,
  ) {
    this.capacity = Math.min(SAMPLES_FIRST, samplesMax);
    this.scores = Array.from({ length: models }, () => new Float32Array(this.capacity));
    this.labels = new Uint8Array(this.capacity);
    this.groups = new Uint32Array(this.capacity);
  }

  /** @param group whom the sample belongs to: a user. */
  add(group: number, label: 0 | 1, scores: ArrayLike<number>): void {
    if (this.length === this.capacity) this.makeRoom();
    for (let model = 0; model < this.models; model++) this.scores[model]![this.length] = scores[model]!;
    this.labels[this.length] = label;
    this.groups[this.length] = group;
    this.length++;
  }

  /** @param newest how many of the newest samples count */
  auc(model: number, newest = this.length): number {
    return auc(...this.newest(model, newest));
  }

  compareAuc(a: number, b: number, newest = this.length): AucDifference {
    const [left, labels] = this.newest(a, newest);
    return compareAuc(left, this.newest(b, newest)[0], labels);
  }

  logLoss(model: number, newest = this.length): number {
    return logLoss(...this.newest(model, newest));
  }

  /** Σ predictions / Σ labels. */
  calibrationRatio(model: number, newest = this.length): number {
    return calibrationRatio(...this.newest(model, newest));
  }

  /**
   * AUC of each user's own samples, weighted by their number (GAUC: Zhu et al., "Optimized Cost per Click in Taobao
   * Display Advertising", KDD 2017): how well a user's items are ordered, which is what a list needs.
   */
  groupedAuc(model: number, newest = this.length): GroupedAuc {
    let [sum, weight, groups] = [0, 0, 0];
    for (const { samples, auc: own } of this.aucPerGroup(model, newest)) {
      if (Number.isNaN(own)) continue;
      sum += samples * own;
      weight += samples;
      groups++;
    }
    return { auc: sum / weight, groups };
  }

  /** In order of the groups' numbers; NaN where a group has one label only. Every model has the same groups. */
  aucPerGroup(model: number, newest = this.length): { samples: number; auc: number }[] {
    const from = this.from(newest);
    const scores = this.scores[model]!;
    const order = Uint32Array.from({ length: this.length - from }, (_, i) => from + i);
    order.sort((a, b) => this.groups[a]! - this.groups[b]!);
    const out: { samples: number; auc: number }[] = [];
    for (let start = 0; start < order.length;) {
      let end = start;
      while (end < order.length && this.groups[order[end]!] === this.groups[order[start]!]) end++;
      const own = order.subarray(start, end);
      out.push({
        samples: own.length,
        auc: auc(
          Float64Array.from(own, (i) => scores[i]!),
          Uint8Array.from(own, (i) => this.labels[i]!),
        ),
      });
      start = end;
    }
    return out;
  }

  calibration(model: number, newest = this.length, bins = 10): CalibrationBin[] {
    return calibrationCurve(...this.newest(model, newest), bins);
  }

  private newest(model: number, newest: number): [scores: Float32Array, labels: Uint8Array] {
    const from = this.from(newest);
    return [this.scores[model]!.subarray(from, this.length), this.labels.subarray(from, this.length)];
  }

  private from(newest: number): number {
    return Math.max(0, this.length - newest);
  }

  private makeRoom(): void {
    if (this.capacity < this.samplesMax) return this.grow();
    const half = this.capacity >>> 1;
    for (const column of [...this.scores, this.labels, this.groups]) column.copyWithin(0, this.length - half);
    this.dropped += this.length - half;
    this.length = half;
  }

  private grow(): void {
    this.capacity = Math.min(this.capacity * 2, this.samplesMax);
    this.scores = this.scores.map((column) => copied(new Float32Array(this.capacity), column));
    this.labels = copied(new Uint8Array(this.capacity), this.labels);
    this.groups = copied(new Uint32Array(this.capacity), this.groups);
  }
}

function copied<T extends Float32Array | Uint8Array | Uint32Array>(wider: T, from: T): T {
  wider.set(from);
  return wider;
}
