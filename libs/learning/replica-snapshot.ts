/**
 * What hosts know of a model, from its snapshot: predictions and tables, not what optimisers, held lists and metrics remember. The rows
 * of slots pass some at a time through a few that learn (only those know how a learner's state becomes weights), so that a host never
 * holds a learner's memory, of 400 MB with four million slots, beside its own.
 */
import type { ByteReader } from './byte-reader.js';
import { FactorisationMachine } from './factorisation-machine.js';
import { FeatureRates } from './feature-rates.js';
import { FtrlProximal } from './ftrl-proximal.js';
import { SlotRows } from './kernels/slot-rows.js';
import type { ModelSettings } from './model-settings.js';
import { readCounters, type StatePart } from './model-state.js';
import { readSnapshot, type SnapshotHeader } from './model-snapshot.js';
import { OnlineLogisticRegression } from './online-logistic-regression.js';
import type { Scorer } from './scorer.js';
import { copyPoints, type RowsPart } from './slot-points.js';
import { TABLES, type TableName } from './tables.js';

/** Rows at a time. */
const PASSING = 1_024;

/**
 * A scorer that predicts what the snapshot's model does.
 * @param create one over rows that predict, which knows nothing yet; called once the snapshot is known to be sound
 * @throws AppError REK_SNAPSHOT_INVALID
 */
export function restoreScorer(
  header: SnapshotHeader,
  chunks: readonly Uint8Array[],
  create: (settings: ModelSettings) => Scorer,
): Scorer {
  let passage: Passage | undefined;
  readSnapshot(header, chunks, (part, content) => {
    passage ??= new Passage(header.settings, create(header.settings));
    passage.take(part, content);
  });
  return passage!.scorer;
}

const isTable = (part: StatePart): part is TableName => (TABLES as readonly string[]).includes(part);

/** A few rows that learn, which read what a learner stored and tell what hosts know of it. */
class Passage {
  private readonly rows: SlotRows;
  private readonly ftrl: FtrlProximal;
  private readonly fm: FactorisationMachine;
  private readonly olr: OnlineLogisticRegression;
  private readonly rates: FeatureRates;
  /** 0, 1, 2 …: where slots stand while they pass. */
  private readonly places = Uint32Array.from({ length: PASSING }, (_, place) => place);
  /** Slots that were ever updated. */
  private slots: Uint32Array = new Uint32Array(0);

  constructor(
    { ftrl, fm, olr, seed, statistics }: ModelSettings,
    readonly scorer: Scorer,
  ) {
    this.rows = SlotRows.toLearn(PASSING, fm.factors);
    this.ftrl = new FtrlProximal(this.rows, ftrl);
    this.fm = new FactorisationMachine(this.rows, fm, seed);
    this.olr = new OnlineLogisticRegression(this.rows, olr);
    this.rates = new FeatureRates(this.rows, statistics.ratePriorShown);
  }

  /** Parts come in the order of STATE_PARTS: `counters` brings the slots of the others. */
  take(part: StatePart, content: ByteReader): void {
    const { scorer } = this;
    switch (part) {
      case 'counters':
        this.slots = readCounters(content, scorer.mask + 1).slots;
        break;
      case 'ftrl':
      case 'fm':
      case 'olr':
      case 'rates':
        return this.pass(part, content);
      case 'blend':
        return scorer.blend.decode(content);
      case 'calibration':
        return scorer.calibrators.forEach((calibrator) => calibrator.decode(content));
      default:
        if (isTable(part)) scorer.tables[part].decode(content);
    }
  }

  /** What stands behind the rows is left unread: it is for learners. */
  private pass(part: RowsPart, content: ByteReader): void {
    this.readHead(part, content);
    const told = this.scorer.weights.ftrl.rows;
    for (let from = 0; from < this.slots.length; from += PASSING) {
      const some = this.slots.subarray(from, from + PASSING);
      this.readRows(part, content, this.places.subarray(0, some.length));
      copyPoints(part, this.ftrl.weights, told, some);
    }
    if (part === 'fm') this.scorer.weights.fm.w0[0] = this.fm.weights.w0[0]!;
  }

  private readHead(part: RowsPart, content: ByteReader): void {
    if (part !== 'rates') this[part].decodeHead(content);
  }

  private readRows(part: RowsPart, content: ByteReader, places: Uint32Array): void {
    if (part === 'ftrl') this.ftrl.decodeRows(content, places);
    else if (part === 'rates') this.rates.decodeRows(content, places);
    else this[part].weights.decodeRows(content, places);
  }
}
