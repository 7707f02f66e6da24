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
import type { FeatureVector } from '#events';
import { familyOf } from '#features';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { CHANGE } from './kernels/changed-slots.js';
import { roundedCount } from './kernels/grid.js';
import type { SlotRows } from './kernels/slot-rows.js';

/** Features waiting for the end of their list; more are counted at once. */
const WAITING_MAX = 65_536;
/** Among labels: a click of a sample that is counted as shown already. */
const REVISED = 2;

export class FeatureRates {
  private readonly mask: number;
  private list = 0;
  /** Slot and label of each feature of the list at hand. */
  private waiting: number[] = [];

  constructor(
    private readonly rows: SlotRows,
    private readonly priorShown: number,
  ) {
    this.mask = rows.slots - 1;
  }

  /**
   * @param p0 the overall rate, in (0, 1)
   * @param served from the counts as hosts know them
   * @returns the distance of the feature's rate in log-odds
   */
  distance(index: number, p0: number, logitOfP0: number, served = false): number {
    const { floats, columns } = this.rows;
    const slot = (index & this.mask) >>> 0;
    let shown = floats[this.rows.cell(slot, columns.shown)]!;
    if (shown === 0) return 0;
    let clicked = floats[this.rows.cell(slot, columns.clicked)]!;
    if (served) {
      shown = roundedCount(shown);
      clicked = roundedCount(clicked);
    }
    const unclicked = Math.max(0, shown - clicked);
    return Math.log((clicked + this.priorShown * p0) / (unclicked + this.priorShown * (1 - p0))) - logitOfP0;
  }

  /** Makes what was learnt of other lists count. To be called before a sample of this list is predicted. */
  open(list: number): void {
    if (list === this.list && this.waiting.length < WAITING_MAX) return;
    this.list = list;
    const { columns } = this.rows;
    for (let i = 0; i < this.waiting.length; i += 2) {
      const slot = this.waiting[i]!;
      const label = this.waiting[i + 1]!;
      if (label !== REVISED) this.count(slot, columns.shown, CHANGE.shown);
      if (label !== 0) this.count(slot, columns.clicked, CHANGE.clicked);
    }
    this.waiting.length = 0;
  }

  private count(slot: number, column: number, change: number): void {
    const at = this.rows.cell(slot, column);
    const before = this.rows.floats[at]!;
    const after = (this.rows.floats[at] = before + 1);
    if (roundedCount(after) !== roundedCount(before)) this.rows.changed?.note(slot, change);
  }

  /** One sample of the list opened last. */
  record(features: FeatureVector, label: 0 | 1): void {
    this.wait(features, label);
  }

  /** A sample that was recorded as not clicked was clicked. */
  revise(features: FeatureVector): void {
    this.wait(features, REVISED);
  }

  /** The counts of these slots, and what waits. */
  encode(writer: ByteWriter, slots: Uint32Array): void {
    this.encodeRows(writer, slots);
    writer.f64(this.list);
    writer.varint(this.waiting.length);
    writer.array(Uint32Array.from(this.waiting));
  }

  decode(reader: ByteReader, slots: Uint32Array): void {
    this.decodeRows(reader, slots);
    this.list = reader.f64();
    const waiting = new Uint32Array(reader.count());
    reader.array(waiting);
    this.waiting = [...waiting];
  }

  encodeRows(writer: ByteWriter, slots: Uint32Array): void {
    const { columns } = this.rows;
    this.rows.encode(writer, slots, columns.shown, this.rows.tail + columns.clicked, 1);
  }

  decodeRows(reader: ByteReader, slots: Uint32Array): void {
    const { columns } = this.rows;
    this.rows.decode(reader, slots, columns.shown, this.rows.tail + columns.clicked, 1);
  }

  private wait(features: FeatureVector, label: number): void {
    for (let i = 0; i < features.length; i++)
      if (familyOf(features.indices[i]!) !== 0)
        this.waiting.push((features.indices[i]! & this.mask) >>> 0, label);
  }
}
