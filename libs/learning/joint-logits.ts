/**
 * The logits of all learners over one sample in one call: their weights stand side by side (kernels/slot-rows.ts), so one pass over
 * the rows sums for all of them. Equal bit for bit to what each says by itself; the machine's sums are left where it looks for them.
 */
import type { SlotRows } from './kernels/slot-rows.js';
import type { Sample } from './sample.js';

/** Behind a set of the machine's sums; kernels/assembly/joint.ts shares it. */
const LINEAR_AT = 488;
/** The order of scorer.ts's LEARNERS. */
const [FTRL, FM, OLR] = [0, 1, 2] as const;

export class JointLogits {
  /** Of the sample last asked about: what each learner adds to its offset. */
  readonly logits = new Float64Array(3);
  private readonly sums: Float64Array;
  /** Where sums begin that nothing was added to. */
  private readonly blank: Float64Array;

  /** @param w0 the machine's constant, an array of one */
  constructor(
    private readonly rows: SlotRows,
    private readonly w0: Float32Array,
  ) {
    const linear = (sumsAt: number) => new Float64Array(rows.floats.buffer, sumsAt + LINEAR_AT, 3);
    this.sums = linear(rows.sumsAt);
    this.blank = linear(rows.blankSumsAt);
  }

  /** @param served with the weights as hosts know them */
  whole(sample: Sample, served: boolean): void {
    this.blank[FM] = this.w0[0]!;
    this.sum(sample, 0, this.rows.blankSumsAt, this.rows.sumsAt, served);
  }

  /** Remembers the sums over all features of the sample, as hosts know them: what many samples begin with. */
  open(sample: Sample): void {
    this.blank[FM] = this.w0[0]!;
    this.sum(sample, 0, this.rows.blankSumsAt, this.rows.openedSumsAt, true);
  }

  /** `whole` of a sample whose first `length` features are those of `open`, served; it looks only at the others. */
  after(sample: Sample, length: number): void {
    this.sum(sample, length, this.rows.openedSumsAt, this.rows.sumsAt, true);
  }

  private sum(sample: Sample, from: number, startAt: number, sumsAt: number, served: boolean): void {
    const { rows, logits, sums } = this;
    const { joint, jointOnGrid } = rows.kernels;
    rows.place(sample);
    const pairs = (served && rows.changed ? jointOnGrid : joint)(
      rows.rowsAt,
      rows.stride,
      rows.blocks,
      rows.slotsAt,
      rows.valuesAt,
      from,
      sample.length,
      startAt,
      sumsAt,
    );
    logits[FTRL] = sums[FTRL]!;
    logits[FM] = sums[FM]! + pairs;
    logits[OLR] = sums[OLR]!;
  }
}
