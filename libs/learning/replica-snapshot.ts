/**
 * What hosts know of a model, from its snapshot: predictions and tables, not what optimisers, held lists and metrics remember. The rows
 * of slots pass some at a time through a few that learn (only those know how a learner's state becomes weights), so that a host never
 * holds a learner's memory, of 400 MB with four million slots, beside its own.
 */
import type { Steps } from '#kernel';
import type { ByteReader } from './byte-reader.js';
import { FactorisationMachine } from './factorisation-machine.js';
import { priorPrecision } from './ftrl-proximal.js';
import { FtrlWeights } from './ftrl-weights.js';
import { SlotRows } from './kernels/slot-rows.js';
import type { ModelSettings } from './model-settings.js';
import { readCounters, type StatePart } from './model-state.js';
import { reading, type SnapshotHeader } from './model-snapshot.js';
import type { Scorer } from './scorer.js';
import { copyPoints } from './slot-points.js';
import { TABLES, type TableName } from './tables.js';

/** Rows at a time. */
const PASSING = 1_024;

/**
 * A scorer that predicts what the snapshot's model does.
 * @param create one over rows that predict, which knows nothing yet; called once the snapshot is known to be sound
 * @throws AppError REK_SNAPSHOT_INVALID
 */
export function* restoringScorer(
  header: SnapshotHeader,
  chunks: readonly Uint8Array[],
  create: (settings: ModelSettings) => Scorer,
): Steps<Scorer> {
  let passage: Passage | undefined;
  yield* reading(header, chunks, function* (part, content) {
    passage ??= new Passage(header.settings, create(header.settings));
    yield* passage.taking(part, content);
  });
  return passage!.scorer;
}

const isTable = (part: StatePart): part is TableName => (TABLES as readonly string[]).includes(part);

/** A few rows that learn, which read what a learner stored and tell what hosts know of it. */
class Passage {
  private readonly rows: SlotRows;
  private readonly weights: FtrlWeights;
  private readonly fm: FactorisationMachine;
  /** 0, 1, 2 …: where slots stand while they pass. */
  private readonly places = Uint32Array.from({ length: PASSING }, (_, place) => place);
  /** Slots that were ever updated. */
  private slots: Uint32Array = new Uint32Array(0);

  constructor(
    { ftrl, fm, seed }: ModelSettings,
    readonly scorer: Scorer,
  ) {
    this.rows = SlotRows.toLearn(PASSING, fm.factors);
    this.weights = new FtrlWeights(this.rows, priorPrecision(ftrl));
    this.fm = new FactorisationMachine(this.rows, fm, seed);
  }

  /** Parts come in the order of STATE_PARTS: `counters` brings the slots of the rows. */
  *taking(part: StatePart, content: ByteReader): Steps<void> {
    const { scorer } = this;
    switch (part) {
      case 'counters':
        this.slots = readCounters(content, scorer.mask + 1).slots;
        break;
      case 'rows':
        return yield* this.passing(content);
      case 'fm':
        this.fm.decode(content);
        scorer.weights.fm.w0[0] = this.fm.weights.w0[0]!;
        break;
      case 'blend':
        return scorer.blend.decode(content);
      case 'calibration':
        return scorer.calibrators.forEach((calibrator) => calibrator.decode(content));
      default:
        if (isTable(part)) scorer.tables[part].decode(content);
    }
  }

  private *passing(content: ByteReader): Steps<void> {
    const told = this.scorer.weights.ftrl.rows;
    for (let from = 0; from < this.slots.length; from += PASSING) {
      const some = this.slots.subarray(from, from + PASSING);
      this.rows.decode(content, this.places.subarray(0, some.length));
      copyPoints(this.weights, told, some);
      yield;
    }
  }
}
