/**
 * How far each goal's predictions can be trusted in each segment of users, learnt online:
 *
 *     trust = (observed + PRIOR) / (predicted + PRIOR),   within 1/TRUST_MAX .. TRUST_MAX
 *
 * over the targets and the predictions made before them; both fade by 1/MEMORY with every target. It is the weight that a
 * goal gets in that segment: a head that promises twice what happens there counts half.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DirtyRows } from './dirty-rows.js';
import { GOALS } from './goals.js';
import { clip } from './logistic.js';
import type { RowTable } from './model-table.js';

/** Segments with sums of their own; others share by remainder. */
const SEGMENTS = 64;
const PRIOR = 5;
const MEMORY = 5_000;
const TRUST_MAX = 3;
const STRIDE = GOALS.length * 2;

export class GoalTrust implements RowTable {
  readonly dirty = new DirtyRows(SEGMENTS);
  readonly rowBytesMax = 5 + STRIDE * 8;
  /** Of each segment and goal: observed, predicted. */
  private readonly sums = new Float64Array(SEGMENTS * STRIDE);

  record(segment: number, goal: number, target: number, predicted: number): void {
    const at = placeOf(segment, goal);
    const kept = 1 - 1 / MEMORY;
    this.sums[at] = this.sums[at]! * kept + target;
    this.sums[at + 1] = this.sums[at + 1]! * kept + predicted;
    this.dirty.mark(segment % SEGMENTS);
  }

  trust(segment: number, goal: number): number {
    const at = placeOf(segment, goal);
    const ratio = (this.sums[at]! + PRIOR) / (this.sums[at + 1]! + PRIOR);
    return Math.exp(clip(Math.log(ratio), Math.log(TRUST_MAX)));
  }

  encode(writer: ByteWriter): void {
    writer.array(this.sums);
  }

  decode(reader: ByteReader): void {
    reader.array(this.sums);
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    for (const row of rows) for (let i = 0; i < STRIDE; i++) writer.f64(this.sums[row * STRIDE + i]!);
  }

  decodeRows(reader: ByteReader): void {
    for (const row of reader.ascending(SEGMENTS))
      for (let i = 0; i < STRIDE; i++) this.sums[row * STRIDE + i] = reader.f64();
  }
}

function placeOf(segment: number, goal: number): number {
  return (segment % SEGMENTS) * STRIDE + goal * 2;
}
