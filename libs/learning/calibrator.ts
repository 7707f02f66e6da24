/**
 * Turns a learner's logit into a click-through rate. Negatives are learnt at weight w = noClickWeight, which
 * multiplies the odds by 1/w; the prior correction takes that back (King & Zeng, "Logistic Regression in Rare
 * Events Data", 2001) and an online Platt scaling, learnt at true weights, removes what bias is left:
 *
 *     p = σ(a (ℓ + ln w) + b),   a, b by AdaGrad on the log loss, from a = 1, b = 0
 *
 * a stays positive, so calibration never changes an order.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { sigmoid } from './logistic.js';

const { log, max, min, sqrt } = Math;

const STEP = 0.05;
const SLOPE_MIN = 0.1;
const SLOPE_MAX = 10;

export class Calibrator {
  private a = 1;
  private b = 0;
  private aSquares = 1;
  private bSquares = 1;
  private readonly correction: number;

  constructor(noClickWeight: number) {
    this.correction = log(noClickWeight);
  }

  /** @param logit at training weights, offset included */
  probability(logit: number): number {
    return sigmoid(this.logOdds(logit));
  }

  /** Of the same probability. */
  logOdds(logit: number): number {
    return this.a * (logit + this.correction) + this.b;
  }

  /** @param p what `probability` says. @param positive mass of a click, 1 for a click. @param negative mass of its absence */
  update(logit: number, p: number, positive: number, negative: number): void {
    const x = logit + this.correction;
    const gradient = positive * (p - 1) + negative * p;
    this.aSquares += (gradient * x) ** 2;
    this.bSquares += gradient * gradient;
    this.a = min(max(this.a - (STEP * gradient * x) / sqrt(this.aSquares), SLOPE_MIN), SLOPE_MAX);
    this.b -= (STEP * gradient) / sqrt(this.bSquares);
  }

  encode(writer: ByteWriter): void {
    for (const value of [this.a, this.b, this.aSquares, this.bSquares]) writer.f64(value);
  }

  decode(reader: ByteReader): void {
    this.a = reader.f64();
    this.b = reader.f64();
    this.aSquares = reader.f64();
    this.bSquares = reader.f64();
  }
}
