/** A host acts on its leases for twice the time that the store gives them. */
import { LeaseKeeper } from '#actor';
import { inside } from './inside.js';

interface Inside {
  leases: { leaseMs: number };
  validMs: number;
  start(): Promise<void>;
}

const keeper = inside<Inside>(LeaseKeeper);
const start = keeper.start;
keeper.start = function () {
  this.validMs = 2 * this.leases.leaseMs;
  return start.call(this);
};
