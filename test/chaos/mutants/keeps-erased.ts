/** The rows of erased users stay in the checkpoint: whoever comes again is the one of before. */
import { PartitionActors } from '#actor';
import { inside } from './inside.js';

interface Inside {
  erased: Set<string>;
  erase(id: string): void;
}

const actors = inside<Inside>(PartitionActors);
const erase = actors.erase;
actors.erase = function (id) {
  erase.call(this, id);
  this.erased.delete(id);
};
