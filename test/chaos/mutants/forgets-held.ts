/** A model restored from a snapshot has forgotten the lists that wait for a click. */
import { HeldLists } from '../../../libs/learning/held-lists.js';
import { inside } from './inside.js';

interface Inside {
  lists: Map<number, unknown>;
  held: number;
  decode(reader: unknown): void;
}

const held = inside<Inside>(HeldLists);
const decode = held.decode;
held.decode = function (reader) {
  decode.call(this, reader);
  this.lists.clear();
  this.held = 0;
};
