/** What a user's rows of interests say of clicks, read once a user however many items carry their labels. */
import type { InterestSignals } from './user-signals.js';

/** Times shown that outweigh the user's overall click rate. */
const PRIOR_SHOWN = 4;
const FIRST_ROWS = 64;

export class InterestLifts {
  /** ln of how much likelier than usual the user clicks what carries the label. */
  private lifts = new Float64Array(FIRST_ROWS);
  private stamps = new Uint32Array(FIRST_ROWS);
  private stamp = 0;

  /** Another user, or the same at another moment. */
  clear(rows: number): void {
    if (rows > this.lifts.length) {
      this.lifts = new Float64Array(rows * 2);
      this.stamps = new Uint32Array(rows * 2);
      this.stamp = 0;
    }
    if (++this.stamp <= 0xffff_fffe) return;
    this.stamps.fill(0);
    this.stamp = 1;
  }

  /**
   * ln( (clicked + K·ctr) / (shown + K) / ctr )
   * @param left what is left of the counts at this moment. @param ctr the user's own click rate
   */
  of(row: number, { shown, clicked }: InterestSignals, left: number, ctr: number): number {
    if (this.stamps[row] !== this.stamp) {
      this.stamps[row] = this.stamp;
      const rate = (clicked[row]! * left + PRIOR_SHOWN * ctr) / (shown[row]! * left + PRIOR_SHOWN);
      this.lifts[row] = Math.log(rate / ctr);
    }
    return this.lifts[row]!;
  }
}
