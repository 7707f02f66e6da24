/** No mutant but a defect: the fold of an event of this item throws when it has changed its user already. */
import { PartitionFold } from '#interest';
import { inside } from './inside.js';

/** Of the scenario `poison`. */
const POISONOUS_ITEM = 'item-poisonous';

interface Inside {
  foldUserEvent(moment: unknown, event: { itemId?: string }): void;
}

const fold = inside<Inside>(PartitionFold);
const foldUserEvent = fold.foldUserEvent;
fold.foldUserEvent = function (moment, event) {
  foldUserEvent.call(this, moment, event);
  if (event.itemId === POISONOUS_ITEM) throw new Error('a defect of the fold');
};
