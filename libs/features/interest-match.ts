/**
 * How an item's labels meet the user's interests, dimension by dimension:
 *
 * - long- and short-term match: Σ decayed weight over the item's labels / √labels, squashed;
 * - click lift: how much likelier than usual the user clicks what carries these labels (interest-lifts.ts), from the
 *   decayed counts of shown and clicked;
 * - both also as two neighbouring knots (piecewise linear).
 */
import { combine32 } from '#kernel';
import { DIMENSIONS, SEEDS, type Dimension } from './dimensions.js';
import type { FeatureWriter } from './feature-writer.js';
import type { InterestIndex } from './interest-index.js';
import type { InterestLifts } from './interest-lifts.js';
import { clamp, squash } from './scales.js';
import type { UserReading } from './user-features.js';
import type { InterestSignals } from './user-signals.js';

const LIFT_MAX = 3;
/** Knots a unit of lift, and over the squashed match's half-range. */
const LIFT_KNOTS = 2;
const MATCH_KNOTS = 6;

const eachDimension = (seed: number): number[] => DIMENSIONS.map((_, i) => combine32(seed, i));
const LONG_MATCH = eachDimension(SEEDS.longMatch);
const SHORT_MATCH = eachDimension(SEEDS.shortMatch);
const MATCH_BUCKET = eachDimension(SEEDS.matchBucket);
const LIFT = eachDimension(SEEDS.lift);
const LIFT_BUCKET = eachDimension(SEEDS.liftBucket);

export function addMatch(
  out: FeatureWriter,
  dimension: Dimension,
  hashes: readonly number[],
  count: number,
  interests: InterestSignals,
  index: InterestIndex,
  lifts: InterestLifts,
  reading: UserReading,
): void {
  const { long, short, shown } = interests;
  const { longLeft, ctr } = reading;
  let longSum = 0;
  let shortSum = 0;
  let liftSum = 0;
  let shownSum = 0;
  for (let i = 0; i < count; i++) {
    const row = index.find(hashes[i]!);
    if (row < 0) continue;
    longSum += long[row]!;
    shortSum += short[row]!;
    liftSum += lifts.of(row, interests, longLeft, ctr);
    shownSum += shown[row]! * longLeft;
  }
  if (longSum === 0 && shownSum === 0) return;
  const scale = 1 / Math.sqrt(count);
  if (longSum !== 0)
    addLevel(out, dimension, longSum * scale * reading.longLeft, shortSum * scale * reading.shortLeft);
  if (liftSum !== 0) addLift(out, dimension, clamp(liftSum * scale, LIFT_MAX));
}

function addLevel(out: FeatureWriter, dimension: Dimension, long: number, short: number): void {
  const level = squash(long);
  out.add(LONG_MATCH[dimension]!, level);
  out.add(SHORT_MATCH[dimension]!, squash(short));
  addKnots(out, MATCH_BUCKET[dimension]!, level * MATCH_KNOTS);
  if (out.named) out.name(`your interest in its ${DIMENSIONS[dimension]}`);
}

function addLift(out: FeatureWriter, dimension: Dimension, lift: number): void {
  out.add(LIFT[dimension]!, lift / LIFT_MAX);
  addKnots(out, LIFT_BUCKET[dimension]!, lift * LIFT_KNOTS);
  if (out.named) out.name(`your clicks on its ${DIMENSIONS[dimension]} when shown`);
}

function addKnots(out: FeatureWriter, seed: number, place: number): void {
  const knot = Math.floor(place);
  out.add(combine32(seed, knot), 1 - (place - knot));
  if (place > knot) out.add(combine32(seed, knot + 1), place - knot);
}
