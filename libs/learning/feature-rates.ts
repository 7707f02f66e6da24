/**
 * Click rates of the features that belong to a family (libs/features/families.ts): a user's, a brand's, a user's with a
 * brand... Each counts the samples that carried it and those of them that were clicked:
 *
 *     rate = (clicked + m·p0) / (shown + m),   read as logit(rate) − logit(p0), p0 the overall CTR
 *
 * A sample is counted when it is learnt, and only when the next list is at hand: all samples of a list read the same
 * rates, none of which knows an outcome of that list. Reading them one after the other, counts and all, the
 * learner would tell the list's later samples by its earlier ones, which no list to be ranked has.
 */
import type { FeatureVector } from '#events';
import { familyOf } from '#features';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DirtyRows } from './dirty-rows.js';
import { KeyedRows } from './keyed-rows.js';
import type { ModelTable } from './model-table.js';

/** Features waiting for the end of their list; more are counted at once. */
const WAITING_MAX = 65_536;
const FIRST_ROWS = 1024;
/** Among labels: a click of a sample that is counted as shown already. */
const REVISED = 2;

export class FeatureRates implements ModelTable {
  readonly dirty = new DirtyRows(FIRST_ROWS);
  readonly rowBytesMax = 5 + 8 + 4 + 4;
  private readonly rows: KeyedRows;
  /** Shown and clicked of each row, side by side. */
  private counts = new Float32Array(FIRST_ROWS * 2);
  private list = 0;
  /** Index and label of each feature of the list at hand. */
  private waiting: number[] = [];

  constructor(
    rowsMax: number,
    private readonly priorShown: number,
  ) {
    this.rows = new KeyedRows(rowsMax);
  }

  get size(): number {
    return this.rows.size;
  }

  /** @param p0 the overall rate, in (0, 1). @returns the distance of the feature's rate in log-odds */
  distance(index: number, p0: number, logitOfP0: number): number {
    const row = this.rows.find(index);
    if (row < 0) return 0;
    const clicked = this.counts[row * 2 + 1]!;
    const unclicked = this.counts[row * 2]! - clicked;
    return Math.log((clicked + this.priorShown * p0) / (unclicked + this.priorShown * (1 - p0))) - logitOfP0;
  }

  /** Makes what was learnt of other lists count. To be called before a sample of this list is predicted. */
  open(list: number): void {
    if (list === this.list && this.waiting.length < WAITING_MAX) return;
    this.list = list;
    for (let i = 0; i < this.waiting.length; i += 2) this.count(this.waiting[i]!, this.waiting[i + 1]!);
    this.waiting.length = 0;
  }

  /** One sample of the list opened last. */
  record(features: FeatureVector, label: 0 | 1): void {
    this.wait(features, label);
  }

  /** A sample that was recorded as not clicked was clicked. */
  revise(features: FeatureVector): void {
    this.wait(features, REVISED);
  }

  encode(writer: ByteWriter): void {
    this.rows.encode(writer);
    writer.array(this.counts.subarray(0, this.rows.size * 2));
    writer.f64(this.list);
    writer.varint(this.waiting.length);
    writer.array(Uint32Array.from(this.waiting));
  }

  decode(reader: ByteReader): void {
    this.rows.decode(reader);
    this.fit();
    reader.array(this.counts.subarray(0, this.rows.size * 2));
    this.list = reader.f64();
    const waiting = new Uint32Array(reader.count());
    reader.array(waiting);
    this.waiting = [...waiting];
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    for (const row of rows) {
      writer.f64(this.rows.keys[row]!);
      writer.f32(this.counts[row * 2]!);
      writer.f32(this.counts[row * 2 + 1]!);
    }
  }

  decodeRows(reader: ByteReader): void {
    for (const row of reader.ascending(this.rows.rowsMax)) {
      this.rows.place(row, reader.f64());
      this.fit();
      this.counts[row * 2] = reader.f32();
      this.counts[row * 2 + 1] = reader.f32();
    }
  }

  private wait(features: FeatureVector, label: number): void {
    for (let i = 0; i < features.length; i++)
      if (familyOf(features.indices[i]!) !== 0) this.waiting.push(features.indices[i]!, label);
  }

  private count(index: number, label: number): void {
    const row = this.rows.claim(index);
    this.fit();
    if (this.rows.recycled) this.counts.fill(0, row * 2, row * 2 + 2);
    if (label !== REVISED) this.counts[row * 2]! += 1;
    if (label !== 0) this.counts[row * 2 + 1]! += 1;
    this.dirty.mark(row);
  }

  private fit(): void {
    while (this.counts.length < this.rows.size * 2) {
      const wider = new Float32Array(this.counts.length * 2);
      wider.set(this.counts);
      this.counts = wider;
    }
  }
}
