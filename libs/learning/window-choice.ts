/**
 * Which half-life of popularity suits this deployment now: news lives for an hour, films for months. Before an
 * engagement is counted, each window is asked whether the item stood among its HIT_RANK best; the share of hits,
 * as a running mean over about MEMORY engagements, is the window's worth (predict first, then learn).
 *
 * A list that shows what is trending makes it trend: the shares compare windows under what was shown, they are no
 * promise of what another window would have brought.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { POPULARITY_SECONDS, WINDOWS, windowOf } from './decayed-sums.js';

export const HIT_RANK = 10;
/** Engagements that the running mean remembers. */
const MEMORY = 2_000;
/** Engagements before the choice is trusted. */
const TRIALS_MIN = 100;
const FIRST_WINDOW = windowOf(3_600);

export class WindowChoice {
  /** Share of the engagements whose item was among the best, by window. */
  readonly hits = new Float64Array(WINDOWS);
  /** Engagements seen, up to MEMORY. */
  private trials = 0;

  /** @param isHit whether the window had the item among its HIT_RANK best */
  record(isHit: (window: number) => boolean): void {
    this.trials = Math.min(this.trials + 1, MEMORY);
    for (let w = 0; w < WINDOWS; w++) this.hits[w]! += ((isHit(w) ? 1 : 0) - this.hits[w]!) / this.trials;
  }

  /** The window with the most hits; the longer one at equal hits; an hour before there is evidence. */
  get best(): number {
    if (this.trials < TRIALS_MIN) return FIRST_WINDOW;
    let best = 0;
    for (let w = 1; w < WINDOWS; w++) if (this.hits[w]! >= this.hits[best]!) best = w;
    return best;
  }

  report(): { readonly seconds: number; readonly hitRate: number; readonly chosen: boolean }[] {
    const { best } = this;
    return POPULARITY_SECONDS.map((seconds, w) => ({
      seconds,
      hitRate: this.hits[w]!,
      chosen: w === best,
    }));
  }

  encode(writer: ByteWriter): void {
    writer.varint(this.trials);
    writer.array(this.hits);
  }

  decode(reader: ByteReader): void {
    this.trials = reader.varint();
    reader.array(this.hits);
  }
}
