/** The labels of each item as they were when it was last taken: what items have in common, where nobody took both yet. */
import { RATING_LABELS_MAX as LABELS_MAX } from '#events';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { KeyedRows } from '../keyed-rows.js';
import type { ModelTable } from '../model-table.js';

const FIRST_ROWS = 256;

export interface LabelRange {
  labels: Uint32Array;
  from: number;
  to: number;
}

export class ItemLabels implements ModelTable {
  private readonly items: KeyedRows;
  /** LABELS_MAX a row; 0 where there are fewer. */
  private labels = new Uint32Array(FIRST_ROWS * LABELS_MAX);
  private readonly range: LabelRange = { labels: this.labels, from: 0, to: 0 };

  constructor(itemsMax: number) {
    this.items = new KeyedRows(itemsMax);
  }

  /** The item's labels, as a range of all; an empty one when it is not known. Holds until the next call. */
  of(itemKey: number): LabelRange {
    const { range, labels } = this;
    const row = this.items.find(itemKey);
    range.labels = labels;
    range.from = range.to = Math.max(0, row) * LABELS_MAX;
    if (row < 0) return range;
    while (range.to < (row + 1) * LABELS_MAX && labels[range.to] !== 0) range.to++;
    return range;
  }

  /** Calls with each label of the item; with none when it is not known. */
  each(itemKey: number, visit: (label: number) => void): void {
    const { labels, from, to } = this.of(itemKey);
    for (let i = from; i < to; i++) visit(labels[i]!);
  }

  /** @returns whether the item had other labels before, or none */
  record(itemKey: number, labels: readonly number[]): boolean {
    const row = this.items.claim(itemKey);
    this.fit();
    let changed = this.items.recycled;
    for (let i = 0; i < LABELS_MAX; i++) {
      const label = labels[i] ?? 0;
      if (this.labels[row * LABELS_MAX + i] === label) continue;
      this.labels[row * LABELS_MAX + i] = label;
      changed = true;
    }
    return changed;
  }

  encode(writer: ByteWriter): void {
    this.items.encode(writer);
    writer.array(this.labels.subarray(0, this.items.size * LABELS_MAX));
  }

  decode(reader: ByteReader): void {
    this.items.decode(reader);
    this.fit();
    reader.array(this.labels.subarray(0, this.items.size * LABELS_MAX));
  }

  private fit(): void {
    if (this.items.size * LABELS_MAX <= this.labels.length) return;
    const wider = new Uint32Array(Math.max(this.items.size * LABELS_MAX, this.labels.length * 2));
    wider.set(this.labels);
    this.labels = wider;
  }
}
