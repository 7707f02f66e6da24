/** Of the users that were changed, every second is left out of the next checkpoint. */
import { PartitionActors } from '#actor';
import { inside } from './inside.js';

interface Inside {
  dirty: Set<string>;
  touched(id: string): void;
}

const actors = inside<Inside>(PartitionActors);
const touched = actors.touched;
let changes = 0;
actors.touched = function (id) {
  touched.call(this, id);
  if (++changes % 2 === 0) this.dirty.delete(id);
};
