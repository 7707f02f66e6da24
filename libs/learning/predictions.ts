/** What progressive validation is told of a sample: the predictions of all PREDICTORS, in their order. */
import { predictsRelevance } from './debias.js';
import type { ItemReading } from './item-reading.js';
import { sigmoid } from './logistic.js';
import type { DebiasSettings } from './model-settings.js';
import { LEARNERS, type Scores } from './scorer.js';

const BLEND = LEARNERS.length;

/** Items are ranked as if all stood in the same slot. */
export function readPredictions(
  { ftrl, fm, olr, blend }: Scores,
  { ctrLogit, overallLogit }: ItemReading,
  out: Float64Array,
): void {
  out[0] = ftrl;
  out[1] = fm;
  out[2] = olr;
  out[3] = blend;
  out[4] = sigmoid(ctrLogit);
  out[5] = sigmoid(overallLogit);
}

/** Clicks are predicted where the items stood. */
export function placePredictions({ method, ctr }: DebiasSettings, examined: number, out: Float64Array): void {
  const seen = predictsRelevance(method) ? Math.min(1, examined) : 1;
  const counted = ctr === 'examined' ? Math.min(1, examined) : 1;
  for (let k = 0; k < out.length; k++) out[k]! *= k <= BLEND ? seen : counted;
}
