/** The rows of erased users stay in the checkpoint: whoever comes again is the one of before. */
import { PartitionActors } from '#actor';
import { inside } from './inside.js';

interface Inside {
  beginCut(): object;
}

const actors = inside<Inside>(PartitionActors);
const beginCut = actors.beginCut;
actors.beginCut = function () {
  return Object.defineProperty(beginCut.call(this), 'erased', { value: new Set() });
};
