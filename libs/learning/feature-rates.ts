/**
 * Click rates of the features that belong to a family (libs/features/families.ts): a user's, a brand's, a user's with a
 * brand... Each counts the samples that carried it and those of them that were clicked:
 *
 *     rate = (clicked + m·p0) / (shown + m),   read as logit(rate) − logit(p0), p0 the overall CTR
 *
 * A sample is counted when it is learnt, and only when the next list is at hand: all samples of a list read the same
 * rates, none of which knows an outcome of that list. Reading them one after the other, counts and all, the
 * learner would tell the list's later samples by its earlier ones, which no list to be ranked has.
 *
 * The counts stand in the row of the feature's slot, beside its weights: whoever reads those has read these. Features whose
 * hashes meet share them, too.
 */
import { AppError } from '#kernel';
import type { FeatureVector } from '#events';
import { familyOf } from '#features';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { roundedCount } from './kernels/grid.js';
import { WAITING_MAX, type SlotRows } from './kernels/slot-rows.js';

/** Among labels: a click of a sample that is counted as shown already. kernels/assembly/rates.ts shares it. */
const REVISED = 2;

export class FeatureRates {
  private readonly mask: number;
  private list = 0;
  /** Features of the list at hand; beyond WAITING_MAX they are counted before it ends. */
  private waits = 0;

  constructor(
    private readonly rows: SlotRows,
    private readonly priorShown: number,
  ) {
    this.mask = rows.slots - 1;
  }

  /**
   * @param p0 the overall rate, in (0, 1)
   * @param served from the counts as hosts know them; theirs are such
   * @returns the distance of the feature's rate in log-odds
   */
  distance(index: number, p0: number, logitOfP0: number, served = false): number {
    const { floats, columns } = this.rows;
    const slot = (index & this.mask) >>> 0;
    let shown = floats[this.rows.cell(slot, columns.shown)]!;
    if (shown === 0) return 0;
    let clicked = floats[this.rows.cell(slot, columns.clicked)]!;
    if (served && this.rows.changed) {
      shown = roundedCount(shown);
      clicked = roundedCount(clicked);
    }
    const unclicked = Math.max(0, shown - clicked);
    return Math.log((clicked + this.priorShown * p0) / (unclicked + this.priorShown * (1 - p0))) - logitOfP0;
  }

  /** Makes what was learnt of other lists count. To be called before a sample of this list is predicted. */
  open(list: number): void {
    if (list === this.list && this.waits < WAITING_MAX) return;
    this.list = list;
    const { kernels, waiting, tailsAt, stride } = this.rows;
    kernels.countRates(waiting.byteOffset, this.waits, tailsAt, stride);
    this.waits = 0;
  }

  /** One sample of the list opened last. */
  record(features: FeatureVector, label: 0 | 1): void {
    this.wait(features, label);
  }

  /** A sample that was recorded as not clicked was clicked. */
  revise(features: FeatureVector): void {
    this.wait(features, REVISED);
  }

  /** What waits; the counts stand in the rows. */
  encode(writer: ByteWriter): void {
    writer.f64(this.list);
    writer.varint(2 * this.waits);
    writer.array(this.rows.waiting.subarray(0, 2 * this.waits));
  }

  decode(reader: ByteReader): void {
    this.list = reader.f64();
    const words = reader.count();
    if (words > this.rows.waiting.length)
      throw new AppError('REK_SNAPSHOT_INVALID', `${words / 2} features wait to be counted`);
    this.waits = words / 2;
    reader.array(this.rows.waiting.subarray(0, words));
  }

  private wait(features: FeatureVector, label: number): void {
    const { waiting } = this.rows;
    for (let i = 0; i < features.length; i++) {
      const index = features.indices[i]!;
      if (familyOf(index) === 0) continue;
      const at = 2 * this.waits++;
      waiting[at] = (index & this.mask) >>> 0;
      waiting[at + 1] = label;
    }
  }
}
