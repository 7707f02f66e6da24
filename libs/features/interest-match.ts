/**
 * How an item's labels meet the user's interests, dimension by dimension:
 *
 * - long- and short-term match: Σ decayed weight over the item's labels / √labels, squashed;
 * - click lift: how much likelier than usual the user clicks what carries these labels,
 *   ln( (clicked + K·ctr) / (shown + K) / ctr ), from the decayed counts of shown and clicked;
 * - both also as two neighbouring knots (piecewise linear).
 */
import { combine32 } from '#kernel';
import { DIMENSIONS, SEEDS, type Dimension } from './dimensions.js';
import type { FeatureWriter } from './feature-writer.js';
import type { InterestIndex } from './interest-index.js';
import { clamp, squash } from './scales.js';
import type { UserReading } from './user-features.js';
import type { InterestSignals } from './user-signals.js';

/** K: times shown that outweigh the user's overall click rate. */
const LIFT_PRIOR_SHOWN = 4;
const LIFT_MAX = 3;
/** Knots a unit of lift, and over the squashed match's half-range. */
const LIFT_KNOTS = 2;
const MATCH_KNOTS = 6;

export function addMatch(
  out: FeatureWriter,
  dimension: Dimension,
  hashes: Uint32Array,
  count: number,
  interests: InterestSignals,
  index: InterestIndex,
  reading: UserReading,
): void {
  const { long, short, shown, clicked } = interests;
  let longSum = 0;
  let shortSum = 0;
  let liftSum = 0;
  let shownSum = 0;
  for (let i = 0; i < count; i++) {
    const row = index.find(hashes[i]!);
    if (row < 0) continue;
    longSum += long[row]!;
    shortSum += short[row]!;
    const wasShown = shown[row]! * reading.longLeft;
    const wasClicked = clicked[row]! * reading.longLeft;
    const rate = (wasClicked + LIFT_PRIOR_SHOWN * reading.ctr) / (wasShown + LIFT_PRIOR_SHOWN);
    liftSum += Math.log(rate / reading.ctr);
    shownSum += wasShown;
  }
  if (longSum === 0 && shownSum === 0) return;
  const scale = 1 / Math.sqrt(count);
  if (longSum !== 0)
    addLevel(out, dimension, longSum * scale * reading.longLeft, shortSum * scale * reading.shortLeft);
  if (liftSum !== 0) addLift(out, dimension, clamp(liftSum * scale, LIFT_MAX));
}

function addLevel(out: FeatureWriter, dimension: Dimension, long: number, short: number): void {
  const level = squash(long);
  out.add(combine32(SEEDS.longMatch, dimension), level);
  out.add(combine32(SEEDS.shortMatch, dimension), squash(short));
  addKnots(out, combine32(SEEDS.matchBucket, dimension), level * MATCH_KNOTS);
  if (out.named) out.name(`your interest in its ${DIMENSIONS[dimension]}`);
}

function addLift(out: FeatureWriter, dimension: Dimension, lift: number): void {
  out.add(combine32(SEEDS.lift, dimension), lift / LIFT_MAX);
  addKnots(out, combine32(SEEDS.liftBucket, dimension), lift * LIFT_KNOTS);
  if (out.named) out.name(`your clicks on its ${DIMENSIONS[dimension]} when shown`);
}

function addKnots(out: FeatureWriter, seed: number, place: number): void {
  const knot = Math.floor(place);
  out.add(combine32(seed, knot), 1 - (place - knot));
  if (place > knot) out.add(combine32(seed, knot + 1), place - knot);
}
