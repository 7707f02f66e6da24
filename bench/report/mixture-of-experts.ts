/**
 * A multi-gate mixture of experts (Ma et al., KDD 2018) that learns online: a step of AdaGrad a sample. Hashed features have
 * embeddings; their sum and their pairwise products (bi-interaction pooling, He and Chua, SIGIR 2017) are what experts and gates
 * see. A linear part stands beside it (Wide & Deep, Cheng et al. 2016):
 *
 *     x_i = v_i · e_i,  h = [ Σ x_i, ½ ((Σ x_i)² − Σ x_i²) ]
 *     f_e = ReLU(W_e h),  g_t = softmax(G_t h)
 *     logit_t = offset_t + b_t + Σ u_ti v_i + a_t · Σ_e g_te f_e
 */
import type { FeatureVector } from '#events';
import { SeededRandom } from '#kernel';
import { sigmoid } from '#learning';

const { exp, max, sqrt } = Math;

export interface MixtureSettings {
  readonly tasks: number;
  readonly bits: number;
  /** Length of an embedding. */
  readonly embedding: number;
  readonly experts: number;
  /** Outputs of an expert. */
  readonly width: number;
  readonly rate: number;
  readonly seed: number;
}

/** Squared gradients begin here, as in TensorFlow. */
const SQUARES_START = 0.1;

class Weights {
  readonly values: Float32Array;
  private readonly squares: Float32Array;

  constructor(
    size: number,
    private readonly rate: number,
    initial: () => number = () => 0,
  ) {
    this.values = new Float32Array(size).map(initial);
    this.squares = new Float32Array(size).fill(SQUARES_START);
  }

  step(at: number, gradient: number): void {
    if (gradient === 0) return;
    const squares = (this.squares[at]! += gradient * gradient);
    this.values[at]! -= (this.rate * gradient) / sqrt(squares);
  }
}

export class MixtureOfExperts {
  private readonly mask: number;
  private readonly embeddings: Weights;
  private readonly wide: Weights;
  private readonly expertWeights: Weights;
  private readonly gateWeights: Weights;
  private readonly towers: Weights;
  private readonly biases: Weights;
  /** h and its gradient; Σ x; outputs of the experts and their gradient; of one task the gates, what each expert gives it, the mixture. */
  private readonly h: Float64Array;
  private readonly dh: Float64Array;
  private readonly sum: Float64Array;
  private readonly f: Float64Array;
  private readonly df: Float64Array;
  private readonly g: Float64Array;
  private readonly gains: Float64Array;
  private readonly mixture: Float64Array;

  constructor(private readonly settings: MixtureSettings) {
    const { tasks, bits, embedding, experts, width, rate, seed } = settings;
    const random = new SeededRandom(seed);
    const inputs = 2 * embedding;
    this.mask = 2 ** bits - 1;
    const scaled = (deviation: number) => () => deviation * random.normal();
    this.embeddings = new Weights(2 ** bits * embedding, rate, scaled(0.05));
    this.wide = new Weights(2 ** bits * tasks, rate);
    this.expertWeights = new Weights(experts * width * inputs, rate, scaled(1 / sqrt(inputs)));
    this.gateWeights = new Weights(tasks * experts * inputs, rate, scaled(0.1 / sqrt(inputs)));
    this.towers = new Weights(tasks * width, rate, scaled(1 / sqrt(width)));
    this.biases = new Weights(tasks, rate);
    this.h = new Float64Array(inputs);
    this.dh = new Float64Array(inputs);
    this.sum = new Float64Array(embedding);
    this.f = new Float64Array(experts * width);
    this.df = new Float64Array(experts * width);
    this.g = new Float64Array(experts);
    this.gains = new Float64Array(experts);
    this.mixture = new Float64Array(width);
  }

  /**
   * Predicts, then learns.
   * @param task below `tasks`
   * @param target in [0, 1]
   * @param offset a logit that is known already
   * @returns the probability before learning
   */
  learn(features: FeatureVector, task: number, target: number, offset = 0): number {
    const predicted = sigmoid(offset + this.logit(features, task));
    this.descend(features, task, predicted - target);
    return predicted;
  }

  private logit({ indices, values, length }: FeatureVector, task: number): number {
    const { embedding, tasks, experts, width } = this.settings;
    const { h, sum, f, g, mixture, mask } = this;
    h.fill(0);
    let logit = this.biases.values[task]!;
    for (let i = 0; i < length; i++) {
      const slot = indices[i]! & mask;
      const value = values[i]!;
      logit += this.wide.values[slot * tasks + task]! * value;
      for (let j = 0; j < embedding; j++) {
        const x = this.embeddings.values[slot * embedding + j]! * value;
        h[j]! += x;
        h[embedding + j]! -= x * x;
      }
    }
    for (let j = 0; j < embedding; j++) {
      sum[j] = h[j]!;
      h[embedding + j] = 0.5 * (h[embedding + j]! + sum[j]! * sum[j]!);
    }
    for (let unit = 0; unit < experts * width; unit++) f[unit] = max(0, this.dot(this.expertWeights, unit));
    let highest = -Infinity;
    for (let e = 0; e < experts; e++) {
      g[e] = this.dot(this.gateWeights, task * experts + e);
      highest = max(highest, g[e]!);
    }
    let total = 0;
    for (let e = 0; e < experts; e++) total += g[e] = exp(g[e]! - highest);
    mixture.fill(0);
    for (let e = 0; e < experts; e++) {
      g[e]! /= total;
      for (let k = 0; k < width; k++) mixture[k]! += g[e]! * f[e * width + k]!;
    }
    for (let k = 0; k < width; k++) logit += this.towers.values[task * width + k]! * mixture[k]!;
    return logit;
  }

  /** The step of the sample that `logit` has just seen. @param error p − target */
  private descend({ indices, values, length }: FeatureVector, task: number, error: number): void {
    const { embedding, tasks, experts, width } = this.settings;
    const { dh, sum, f, df, g, gains, mixture, mask } = this;
    dh.fill(0);
    let meanGain = 0;
    for (let e = 0; e < experts; e++) {
      gains[e] = 0;
      for (let k = 0; k < width; k++) {
        const unit = e * width + k;
        const tower = this.towers.values[task * width + k]!;
        gains[e]! += tower * f[unit]!;
        df[unit] = f[unit]! > 0 ? error * g[e]! * tower : 0;
      }
      meanGain += g[e]! * gains[e]!;
    }
    for (let e = 0; e < experts; e++)
      this.back(this.gateWeights, task * experts + e, error * g[e]! * (gains[e]! - meanGain));
    for (let unit = 0; unit < experts * width; unit++) this.back(this.expertWeights, unit, df[unit]!);
    for (let k = 0; k < width; k++) this.towers.step(task * width + k, error * mixture[k]!);
    this.biases.step(task, error);
    for (let i = 0; i < length; i++) {
      const slot = indices[i]! & mask;
      const value = values[i]!;
      this.wide.step(slot * tasks + task, error * value);
      for (let j = 0; j < embedding; j++) {
        const at = slot * embedding + j;
        const x = this.embeddings.values[at]! * value;
        this.embeddings.step(at, value * (dh[j]! + dh[embedding + j]! * (sum[j]! - x)));
      }
    }
  }

  /** Row `row` of the matrix times h. */
  private dot({ values }: Weights, row: number): number {
    const { h } = this;
    let sum = 0;
    for (let j = 0; j < h.length; j++) sum += values[row * h.length + j]! * h[j]!;
    return sum;
  }

  /** Passes the gradient of that product on to h, and steps the row. */
  private back(weights: Weights, row: number, gradient: number): void {
    if (gradient === 0) return;
    const { h, dh } = this;
    for (let j = 0; j < h.length; j++) {
      const at = row * h.length + j;
      dh[j]! += gradient * weights.values[at]!;
      weights.step(at, gradient * h[j]!);
    }
  }
}
