/**
 * The label biases that one rating depends on, found or claimed together: each label of the item alone and with the
 * user, each of the user alone and with the item. Labels of one side share a weight of 1: 1/√labels each.
 */
import { labelKey, type LabelBiases } from './label-biases.js';

/** Variances of the biases before any rating: of a label alone, and of a label with one user or item. */
const LABEL_VARIANCE = 0.02;
const PAIR_VARIANCE = 0.03;
const LABELS_MAX = 8;

/** Feature indices of what is known of the item and of the user: libs/features' ratingLabels. */
export interface RatingLabelLists {
  readonly itemLabels?: readonly number[] | undefined;
  readonly userLabels?: readonly number[] | undefined;
}

export class LabelSet {
  /** Σ bias / √labels, and its variance. */
  sum = 0;
  variance = 0;
  private size = 0;
  private readonly rows = new Int32Array(LABELS_MAX * 4);
  private readonly shares = new Float64Array(LABELS_MAX * 4);

  constructor(private readonly biases: LabelBiases) {}

  find(userKey: number, itemKey: number, lists: RatingLabelLists): void {
    this.gather(userKey, itemKey, lists, (key) => this.biases.find(key));
  }

  /** As `find`, with rows for labels never seen. */
  claim(userKey: number, itemKey: number, lists: RatingLabelLists): void {
    this.gather(userKey, itemKey, lists, (key, variance) => this.biases.claim(key, variance));
  }

  /** Each takes the share of the error that its variance has in the whole. */
  correct(error: number, variance: number): void {
    const { numbers } = this.biases;
    for (let n = 0; n < this.size; n++) {
      const at = this.rows[n]! * 2;
      const gain = (this.shares[n]! * numbers[at + 1]!) / variance;
      numbers[at]! += gain * error;
      numbers[at + 1]! *= 1 - gain * this.shares[n]!;
    }
  }

  private gather(
    userKey: number,
    itemKey: number,
    { itemLabels = [], userLabels = [] }: RatingLabelLists,
    rowOf: (key: number, variance: number) => number,
  ): void {
    this.size = this.sum = this.variance = 0;
    for (const [labels, partner] of [
      [itemLabels, userKey],
      [userLabels, itemKey],
    ] as const) {
      const used = Math.min(labels.length, LABELS_MAX);
      for (let l = 0; l < used; l++) {
        this.add(rowOf(labelKey(labels[l]!), LABEL_VARIANCE), LABEL_VARIANCE, 1 / Math.sqrt(used));
        this.add(rowOf(labelKey(labels[l]!, partner), PAIR_VARIANCE), PAIR_VARIANCE, 1 / Math.sqrt(used));
      }
    }
  }

  private add(row: number, prior: number, share: number): void {
    const bias = row < 0 ? 0 : this.biases.numbers[row * 2]!;
    const variance = row < 0 ? prior : this.biases.numbers[row * 2 + 1]!;
    this.sum += share * bias;
    this.variance += share * share * variance;
    if (row < 0) return;
    this.rows[this.size] = row;
    this.shares[this.size++] = share;
  }
}
