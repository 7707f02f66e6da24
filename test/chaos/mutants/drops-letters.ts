/** Every tenth letter is lost on its way to the dead stream. */
import { DeadLetterQueue } from '../../../apps/actors/reading/dead-letter-queue.js';
import { inside } from './inside.js';

interface Inside {
  put(letter: unknown): void;
}

const queue = inside<Inside>(DeadLetterQueue);
const put = queue.put;
let letters = 0;
queue.put = function (letter) {
  if (++letters % 10 !== 0) put.call(this, letter);
};
