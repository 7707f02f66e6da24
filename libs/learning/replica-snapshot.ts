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
import { readCounters } from './model-state.js';
import { readSnapshot, type SnapshotHeader } from './model-snapshot.js';
import { OnlineLogisticRegression } from './online-logistic-regression.js';
import type { Scorer } from './scorer.js';
import { copyPoints, type RowsPart } from './slot-points.js';
import { TABLES, type TableName } from './tables.js';

/** Rows at a time. */
const PASSING = 1_024;

/** Makes a scorer over rows that predict, which knows nothing yet, predict what the snapshot's model does. @throws AppError REK_SNAPSHOT_INVALID */
export function restoreScorer(header: SnapshotHeader, chunks: readonly Uint8Array[], scorer: Scorer): void {
  const passage = new Passage(header.settings, scorer);
  let slots: Uint32Array = new Uint32Array(0);
  readSnapshot(header, chunks, (part, content) => {
    switch (part) {
      case 'counters':
        return void (slots = readCounters(content, scorer.mask + 1).slots);
      case 'ftrl':
      case 'fm':
      case 'olr':
      case 'rates':
        return passage.take(part, content, slots);
      case 'blend':
        return scorer.blend.decode(content);
      case 'calibration':
        return scorer.calibrators.forEach((calibrator) => calibrator.decode(content));
      default:
        if (isTable(part)) scorer.tables[part].decode(content);
    }
  });
}

const isTable = (part: string): part is TableName => (TABLES as readonly string[]).includes(part);

/** A few rows that learn, which read what a learner stored and tell what hosts know of it. */
class Passage {
  private readonly rows: SlotRows;
  private readonly ftrl: FtrlProximal;
  private readonly fm: FactorisationMachine;
  private readonly olr: OnlineLogisticRegression;
  private readonly rates: FeatureRates;
  /** 0, 1, 2 …: where slots stand while they pass. */
  private readonly places = Uint32Array.from({ length: PASSING }, (_, place) => place);

  constructor(
    { ftrl, fm, olr, seed, statistics }: ModelSettings,
    private readonly scorer: Scorer,
  ) {
    this.rows = SlotRows.toLearn(PASSING, fm.factors);
    this.ftrl = new FtrlProximal(this.rows, ftrl);
    this.fm = new FactorisationMachine(this.rows, fm, seed);
    this.olr = new OnlineLogisticRegression(this.rows, olr);
    this.rates = new FeatureRates(this.rows, statistics.ratePriorShown);
  }

  /** One part of these slots' rows. What stands behind the rows is left unread: it is for learners. */
  take(part: RowsPart, content: ByteReader, slots: Uint32Array): void {
    this.readHead(part, content);
    const told = this.scorer.weights.ftrl.rows;
    for (let from = 0; from < slots.length; from += PASSING) {
      const some = slots.subarray(from, from + PASSING);
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
