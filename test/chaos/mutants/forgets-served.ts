/** A user who comes back from storage has forgotten which lists were served, and with them their propensities. */
import { ServedLists } from '../../../libs/interest/served-lists.js';

const read = ServedLists.read.bind(ServedLists);
ServedLists.read = (from) => {
  read(from);
  return new ServedLists();
};
