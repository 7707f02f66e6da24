/**
 * How likely each slot is looked at: the position-based model with relevance controlled (Wang et al., "Position Bias
 * Estimation for Unbiased Learning to Rank in Personal Search", WSDM 2018), online.
 *
 *     P(click) = θ_slot · γ_item          θ examination, by depth of the list and position; γ relevance
 *
 * Regression-EM alternates: the relevance of every item given the slots it was shown in, then the examination of every slot
 * given the items shown there. So does this, over decayed counts of each item by slot (n impressions, c clicks) instead
 * of over a log: with every outcome the sweep moves on by a few items, and when it has met all of them the slots are solved:
 *
 *     Θ_i = Σ_s n_is·θ_s,  C_i = Σ_s c_is
 *     θ_s = Σ_i c_is·(Θ_i − n_is·θ_s)/Θ_i  /  Σ_i n_is·(C_i − c_is)/Θ_i
 *
 * The relevance that a slot is charged with is what the item earned in its *other* slots: θ comes from the same items met
 * in different slots alone (the strata of Mantel & Haenszel 1959; Agarwal et al., WSDM 2019, harvest the same pairs). EM as
 * printed lets a slot confirm itself, and moves by a share γ of the way each round: one pass with few clicks
 * never makes that up. Its clicks are Bernoulli; these equations are its Poisson limit, equal where θγ is small.
 *
 * An item that was met in one slot only says nothing here. What every outcome says, with the relevance that the model
 * predicts for it (the regression), is kept beside it and is the prior: worth PRIOR_CLICKS, for it lends slots the
 * merit of their items wherever whoever gave the slot knew more than the model.
 *
 * A reading for learning, never an advantage at serving: candidates are scored as if all stood in the same slot.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DirtyRows } from './dirty-rows.js';
import { ItemSlots } from './item-slots.js';
import type { RowTable } from './model-table.js';
import { POSITIONS_MAX } from './position-statistics.js';
import { WholePowers } from './whole-powers.js';

export interface ExaminationSettings {
  /** Items whose counts by slot are kept; beyond it those unused for longest make room. */
  readonly examinedItemsMax: number;
  /** Outcomes after which what is not refreshed weighs 1/e: how fast the curve follows a new page. */
  readonly examinationMemory: number;
}

export interface SlotEstimate {
  /** Least depth of the bucket; 0: all depths together. */
  readonly depth: number;
  readonly position: number;
  /** Relative to slot 1 of the same depth. */
  readonly examination: number;
  /** Outcomes, decayed. */
  readonly samples: number;
}

/** Depths 1 .. 16 stand alone, half-octaves share a bucket beyond; row 0 is all depths together. */
export const DEPTH_BUCKETS = 32;
const SINGLE_DEPTHS = 16;
const STRIDE = POSITIONS_MAX + 1;
export const EXAMINATION_CELLS = (DEPTH_BUCKETS + 1) * STRIDE;
/** A round of the sweep takes this many outcomes; with more than SWEEP_STEP_MAX items an outcome to meet, longer. */
const SWEEP_OUTCOMES = 512;
const SWEEP_STEP_MAX = 16;
/** Strength of the curve by the model's relevance, in expected clicks of a slot. */
const PRIOR_CLICKS = 50;
/** Strength of what that one starts from: all depths together, and "always examined" for those. */
const START_CLICKS = 2;
const EXAMINATION_MAX = 4;
/** Items are met again within so many outcomes, most of them. */
const KEPT_POWERS = 32_768;

export class ExaminationCurve implements RowTable {
  /** Cells. */
  readonly dirty = new DirtyRows(EXAMINATION_CELLS);
  readonly rowBytesMax = 5 + 2 * 8;
  private readonly factorBy = new Float64Array(EXAMINATION_CELLS).fill(1);
  private readonly samplesBy = new Float64Array(EXAMINATION_CELLS);
  /** From the model's relevance: clicks and what was expected of an examined slot. */
  private readonly clicksBy = new Float64Array(EXAMINATION_CELLS);
  private readonly expectedBy = new Float64Array(EXAMINATION_CELLS);
  /** The same from items met in other slots, as far as the sweep has come. */
  private readonly sweptClicks = new Float64Array(EXAMINATION_CELLS);
  private readonly sweptExpected = new Float64Array(EXAMINATION_CELLS);
  private readonly items: ItemSlots;
  private hand = 0;
  private outcomes = 0;
  /** Outcomes before which no round ends. */
  private solveAt = SWEEP_OUTCOMES;
  private readonly kept: number;
  private readonly keptAfter: WholePowers;

  constructor(settings: ExaminationSettings) {
    this.items = new ItemSlots(settings.examinedItemsMax);
    this.kept = 1 - 1 / settings.examinationMemory;
    this.keptAfter = new WholePowers(this.kept, KEPT_POWERS);
  }

  /**
   * Counts one outcome, and moves the sweep on.
   * @param depth slots of the list that was shown, 0 when unknown
   * @param relevance the model's: the chance of a click if the slot were the first
   */
  record(itemKey: number, position: number, depth: number, label: 0 | 1, relevance: number): void {
    const cell = bucketOf(depth) * STRIDE + slotOf(position);
    this.items.record(itemKey, cell, label, ++this.outcomes);
    this.samplesBy[cell] = this.samplesBy[cell]! * this.kept + 1;
    this.clicksBy[cell] = this.clicksBy[cell]! * this.kept + label;
    this.expectedBy[cell] = this.expectedBy[cell]! * this.kept + relevance;
    this.dirty.mark(cell);
    this.sweep();
  }

  /** See ReadAhead. */
  touch(itemKey: number): number {
    return this.items.touch(itemKey);
  }

  /** An outcome that was recorded as no click was one. */
  revise(itemKey: number, position: number, depth: number): void {
    const cell = bucketOf(depth) * STRIDE + slotOf(position);
    this.items.revise(itemKey, cell);
    this.clicksBy[cell]! += 1;
    this.dirty.mark(cell);
  }

  /** Chance that the slot is looked at, relative to slot 1 of the same depth; 1 while nothing is known. */
  examination(position: number, depth: number): number {
    const row = bucketOf(depth) * STRIDE;
    return this.factorBy[row + slotOf(position)]! / this.factorBy[row + 1]!;
  }

  /** θ in units of slot 1 over all depths: what compares slots of different depths. */
  factor(position: number, depth: number): number {
    return this.factorBy[bucketOf(depth) * STRIDE + slotOf(position)]!;
  }

  /** Slots that were met, by depth, and all depths together. */
  curve(): SlotEstimate[] {
    const samples = Float64Array.from(this.samplesBy);
    for (let cell = STRIDE; cell < EXAMINATION_CELLS; cell++) samples[cell % STRIDE]! += samples[cell]!;
    const met: SlotEstimate[] = [];
    samples.forEach((count, cell) => {
      if (count === 0) return;
      const depth = depthOf(Math.floor(cell / STRIDE));
      const position = cell % STRIDE;
      met.push({ depth, position, examination: this.examination(position, depth), samples: count });
    });
    return met;
  }

  encode(writer: ByteWriter): void {
    writer.varint(this.hand);
    writer.varint(this.outcomes);
    writer.varint(this.solveAt);
    for (const cells of this.columns()) writer.array(cells);
    this.items.encode(writer);
  }

  decode(reader: ByteReader): void {
    this.hand = reader.varint();
    this.outcomes = reader.varint();
    this.solveAt = reader.varint();
    for (const cells of this.columns()) reader.array(cells);
    this.items.decode(reader);
  }

  /** The curve alone: what it was solved from serves learning only. */
  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    for (const cell of rows) {
      writer.f64(this.factorBy[cell]!);
      writer.f64(this.samplesBy[cell]!);
    }
  }

  decodeRows(reader: ByteReader): void {
    for (const cell of reader.ascending(EXAMINATION_CELLS)) {
      this.factorBy[cell] = reader.f64();
      this.samplesBy[cell] = reader.f64();
    }
  }

  /** Meets the next items; behind the last one, solves the slots and begins again. */
  private sweep(): void {
    const step = Math.min(SWEEP_STEP_MAX, Math.ceil(this.items.size / SWEEP_OUTCOMES));
    const end = Math.min(this.items.size, this.hand + step);
    const { items, factorBy, keptAfter, outcomes, sweptClicks, sweptExpected } = this;
    for (; this.hand < end; this.hand++)
      items.weigh(this.hand, factorBy, keptAfter, outcomes, sweptClicks, sweptExpected);
    if (this.hand < this.items.size || this.outcomes < this.solveAt) return;
    this.solveAt = this.outcomes + SWEEP_OUTCOMES;
    this.solve();
    this.sweptClicks.fill(0);
    this.sweptExpected.fill(0);
    this.hand = 0;
  }

  /** From the prior curve of all depths down to each slot's own; θ of slot 1 over all depths is the unit. */
  private solve(): void {
    const { clicksBy, expectedBy, sweptClicks, sweptExpected } = this;
    let priorUnit = 1;
    let unit = 1;
    for (let slot = 1; slot < STRIDE; slot++) {
      const predicted = pooled(clicksBy, expectedBy, slot, 1, START_CLICKS);
      if (slot === 1) priorUnit = predicted;
      const found = pooled(sweptClicks, sweptExpected, slot, predicted / priorUnit, PRIOR_CLICKS);
      if (slot === 1) unit = found;
      this.set(slot, found / unit);
      const correction = (found * priorUnit) / predicted;
      for (let cell = slot + STRIDE; cell < EXAMINATION_CELLS; cell += STRIDE) {
        if (this.samplesBy[cell] === 0) continue;
        const prior = shrunk(clicksBy[cell]!, expectedBy[cell]!, predicted, START_CLICKS) / priorUnit;
        const own = shrunk(sweptClicks[cell]!, sweptExpected[cell]!, prior * correction, PRIOR_CLICKS);
        this.set(cell, own / unit);
      }
    }
  }

  private set(cell: number, value: number): void {
    const factor = Math.min(EXAMINATION_MAX, value);
    if (factor === this.factorBy[cell]) return;
    this.factorBy[cell] = factor;
    this.dirty.mark(cell);
  }

  private columns(): Float64Array[] {
    return [
      this.factorBy,
      this.samplesBy,
      this.clicksBy,
      this.expectedBy,
      this.sweptClicks,
      this.sweptExpected,
    ];
  }
}

function shrunk(clicks: number, expected: number, start: number, strength: number): number {
  return (clicks + strength * start) / (expected + strength);
}

/** The slot over all depths. */
function pooled(
  clicks: Float64Array,
  expected: Float64Array,
  slot: number,
  start: number,
  strength: number,
): number {
  let c = 0;
  let e = 0;
  for (let cell = slot; cell < EXAMINATION_CELLS; cell += STRIDE) {
    c += clicks[cell]!;
    e += expected[cell]!;
  }
  return shrunk(c, e, start, strength);
}

function slotOf(position: number): number {
  return position >= 1 ? Math.min(Math.floor(position), POSITIONS_MAX) : 1;
}

function bucketOf(depth: number): number {
  if (!(depth >= 1)) return 0;
  if (depth <= SINGLE_DEPTHS) return Math.floor(depth);
  return Math.min(DEPTH_BUCKETS, SINGLE_DEPTHS + 1 + Math.floor(2 * Math.log2(depth / (SINGLE_DEPTHS + 1))));
}

function depthOf(bucket: number): number {
  return bucket <= SINGLE_DEPTHS
    ? bucket
    : Math.ceil((SINGLE_DEPTHS + 1) * 2 ** ((bucket - SINGLE_DEPTHS - 1) / 2));
}
