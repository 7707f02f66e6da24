/**
 * How strongly the user's recent items point at others:
 *
 *     strength(b) = Σ_i  2^(−age_i / half-life) · PLACE_DECAY^i · similarity(recent_i, b)
 *
 * over the newest items the user took to. Computed once a request, into reused arrays.
 */
import { halved } from '#kernel';
import type { LiveStatistics } from './live-statistics.js';
import type { RecallIndex } from './recall-index.js';
import type { Taste } from './taste.js';

const HALF_LIFE_SECONDS = 3 * 86_400;
const PLACE_DECAY = 0.85;

export class CovisitationScores {
  /** Slots with a strength, strongest first. */
  readonly found: number[] = [];
  private strengths = new Float32Array(1024);
  private best = new Float32Array(1024);
  private causes = new Int16Array(1024);

  compute(index: RecallIndex, statistics: LiveStatistics, taste: Taste): void {
    this.reset(index.slotCount);
    for (const [i, recent] of taste.recents.entries()) {
      const weight = halved(recent.ageSeconds / HALF_LIFE_SECONDS) * PLACE_DECAY ** i;
      statistics.eachNeighbour(recent.itemKey, (key, score) =>
        this.point(index.slotOf(key), weight * score, i),
      );
    }
    this.found.sort((a, b) => this.strengths[b]! - this.strengths[a]! || a - b);
  }

  /** 0 when nothing points at the slot. Unbounded above, in practice below 3. */
  strengthOf(slot: number): number {
    return this.strengths[slot]!;
  }

  /** Index in `taste.recents` of the item that points most strongly. */
  causeOf(slot: number): number {
    return this.causes[slot]!;
  }

  private point(slot: number, strength: number, cause: number): void {
    if (slot < 0 || !(strength > 0)) return;
    if (this.strengths[slot] === 0) this.found.push(slot);
    this.strengths[slot]! += strength;
    if (strength <= this.best[slot]!) return;
    this.best[slot] = strength;
    this.causes[slot] = cause;
  }

  private reset(slotCount: number): void {
    for (const slot of this.found) this.strengths[slot] = this.best[slot] = 0;
    this.found.length = 0;
    if (this.strengths.length >= slotCount) return;
    this.strengths = new Float32Array(slotCount * 2);
    this.best = new Float32Array(slotCount * 2);
    this.causes = new Int16Array(slotCount * 2);
  }
}
