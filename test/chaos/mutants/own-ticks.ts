/** The fold closes windows by its own clock, not by the ticks of the log. */
import { PartitionFold } from '#interest';
import { inside } from './inside.js';

interface Inside {
  fold(sequence: number, appendedAt: number, entries: unknown): void;
  foldTick(cause: { sequence: number; index: number }, at: number): void;
}

const partition = inside<Inside>(PartitionFold);
const fold = partition.fold;
partition.fold = function (sequence, appendedAt, entries) {
  this.foldTick({ sequence, index: 0 }, Date.now());
  fold.call(this, sequence, appendedAt, entries);
};
