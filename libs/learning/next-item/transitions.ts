/**
 * What follows what within a session: the chance that an item is the next after another,
 *
 *     P(b | a) = c_ab / (m_a + λ)
 *
 * where c_ab counts engagements with b after a, less the more items stood between them and the longer it took.
 */
import { halved } from '#kernel';
import { WholePowers } from '../whole-powers.js';
import { NeighbourRows } from './neighbour-rows.js';

const ITEMS_MAX = 200_000;
const HALF_LIFE_SECONDS = 60 * 86_400;
/** An item after this long counts half. */
const GAP_HALF_LIFE_SECONDS = 60_000;
/** For each item in between. */
const STEP_DECAY = 0.8;
const STEPS_MAX = 8;
const stepDecays = new WholePowers(STEP_DECAY, STEPS_MAX);
const COUNT_MIN = 1e-3;
/** λ. */
const SHRINKAGE = 3;

export class Transitions extends NeighbourRows {
  constructor(itemsMax = ITEMS_MAX) {
    super(itemsMax, HALF_LIFE_SECONDS);
  }

  recordEngagement(
    itemKey: number,
    weight: number,
    timestamp: number,
    recentKeys: readonly number[],
    recentAgesSeconds: readonly number[],
  ): void {
    if (!(weight > 0)) return;
    const steps = Math.min(STEPS_MAX, recentKeys.length);
    this.touch(recentKeys, steps);
    for (let step = 0; step < steps; step++) {
      const gap = Math.max(0, recentAgesSeconds[step]!);
      const count = stepDecays.of(step) * halved(gap / GAP_HALF_LIFE_SECONDS);
      if (count > COUNT_MIN && recentKeys[step] !== itemKey)
        this.add(recentKeys[step]!, itemKey, count, timestamp);
    }
  }

  /** Calls with each item that has followed and P(item | itemKey), in no particular order. */
  each(itemKey: number, visit: (next: number, probability: number) => void): void {
    const row = this.rowOf(itemKey);
    if (row < 0) return;
    const keys = this.keysOf(row);
    const counts = this.countsOf(row);
    const aged = this.agedTo(this.updatedAt(row), row);
    const scale = aged / (this.massOf(row) * aged + SHRINKAGE);
    for (let i = 0; i < keys.length; i++) visit(keys[i]!, counts[i]! * scale);
  }
}
