/** A host that believes for ever that its leases are its own, as one does that was frozen between the check and the write. */
import { LeaseKeeper } from '#actor';
import { inside } from './inside.js';

interface Inside {
  holds(): boolean;
  expire(): void;
  drop(): void;
}

const keeper = inside<Inside>(LeaseKeeper);
keeper.holds = () => true;
keeper.expire = () => undefined;
keeper.drop = () => undefined;
