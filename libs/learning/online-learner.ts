/** What every learner of this library does; `learnerContract` (learner-contract.ts) is its shared suite. */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { SlotRows } from './kernels/slot-rows.js';
import type { Sample } from './sample.js';

/** The weights that predict: all that a replica needs of a learner. */
export interface Predictor {
  /** Where the weights stand. */
  readonly rows: SlotRows;
  /** What the weights add to the sample's offset. */
  logit(sample: Sample): number;
  /** The same with the weights as hosts know them (kernels/grid.ts): of a host's, no other. */
  servedLogit(sample: Sample): number;
  /**
   * Contribution of the features from `from` on to `servedLogit`, which comes first, times `scale`: that of feature i is added
   * to `into[i - from]`.
   */
  contribute(sample: Sample, scale: number, into: Float64Array, from?: number): void;
}

export interface OnlineLearner {
  readonly name: string;
  readonly weights: Predictor;
  /** Steps cut to their limit so far. */
  clipped: number;
  /**
   * One step on a sample for which `weights.logit` was called last.
   * @param gradient s·(p − y): sample weight times the derivative of the log loss by the logit; finite.
   */
  update(sample: Sample, gradient: number): void;
  /** What it remembers beside the rows. */
  encode(writer: ByteWriter): void;
  decode(reader: ByteReader): void;
}
