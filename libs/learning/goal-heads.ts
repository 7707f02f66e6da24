/**
 * One FTRL-Proximal head a goal (ftrl-proximal.ts has the formulas) over the same hashed features: a weight for each goal
 * stands in each slot. Predicts what the features add to the goal's offset (goal-model.ts).
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DirtyRows } from './dirty-rows.js';
import { GOALS } from './goals.js';
import { clip } from './logistic.js';
import type { RowTable } from './model-table.js';
import type { Sample } from './sample.js';

const { fround, sqrt } = Math;

const BITS = 18;
export const GOAL_SLOTS = 2 ** BITS;
export const GOAL_MASK = GOAL_SLOTS - 1;
const HEADS = GOALS.length;
const ALPHA = 0.05;
const BETA = 1;
const L1 = 0.1;
const L2 = 1;
const GRADIENT_MAX = 100;

export class GoalHeads implements RowTable {
  readonly dirty = new DirtyRows(GOAL_SLOTS);
  readonly rowBytesMax = 5 + HEADS * 4;
  private readonly w = new Float32Array(GOAL_SLOTS * HEADS);
  /** z and n of each weight; a replica never has them. */
  private zn = new Float32Array(0);
  private readonly touched = new Uint8Array(GOAL_SLOTS);

  /** @param head index in GOALS */
  logit(sample: Sample, head: number): number {
    let sum = 0;
    for (let i = 0; i < sample.length; i++)
      sum += this.w[sample.slots[i]! * HEADS + head]! * sample.values[i]!;
    return sum;
  }

  /** @param gradient p − target; finite */
  update(sample: Sample, head: number, gradient: number): void {
    if (this.zn.length === 0) this.zn = new Float32Array(this.w.length * 2);
    for (let i = 0; i < sample.length; i++) {
      const slot = sample.slots[i]!;
      const place = slot * HEADS + head;
      const at = place * 2;
      const g = clip(gradient * sample.values[i]!, GRADIENT_MAX);
      const n = this.zn[at + 1]!;
      const next = fround(n + g * g);
      const sigma = (sqrt(next) - sqrt(n)) / ALPHA;
      this.zn[at] = fround(this.zn[at]! + g - sigma * this.w[place]!);
      this.zn[at + 1] = next;
      this.w[place] = weightOf(this.zn[at]!, next);
      this.touched[slot] = 1;
      this.dirty.mark(slot);
    }
  }

  encode(writer: ByteWriter): void {
    const slots: number[] = [];
    for (let slot = 0; slot < GOAL_SLOTS; slot++) if (this.touched[slot] === 1) slots.push(slot);
    const rows = Uint32Array.from(slots);
    writer.ascending(rows);
    writer.rows32(this.zn, HEADS * 2, rows);
  }

  decode(reader: ByteReader): void {
    const rows = reader.ascending(GOAL_SLOTS);
    if (rows.length > 0) this.zn = new Float32Array(this.w.length * 2);
    reader.rows32(this.zn, HEADS * 2, rows);
    for (const slot of rows) {
      this.touched[slot] = 1;
      for (let place = slot * HEADS; place < (slot + 1) * HEADS; place++)
        this.w[place] = weightOf(this.zn[place * 2]!, this.zn[place * 2 + 1]!);
    }
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    writer.rows32(this.w, HEADS, rows);
  }

  decodeRows(reader: ByteReader): void {
    reader.rows32(this.w, HEADS, reader.ascending(GOAL_SLOTS));
  }
}

function weightOf(z: number, n: number): number {
  if (z <= L1 && z >= -L1) return 0;
  return ((z > 0 ? L1 : -L1) - z) / ((BETA + sqrt(n)) / ALPHA + L2);
}
