/** A host does nothing else while it stores a letter, which takes long: so it is with every thousandth. */
import { DeadLetterQueue } from '../../../apps/actors/reading/dead-letter-queue.js';
import { inside } from './inside.js';

const EVERY = 1_000;
/** Longer than a list is waited for in the scenario `poison`. */
const STANDS_MS = 6_000;

interface Inside {
  put(letter: unknown): void;
}

const queue = inside<Inside>(DeadLetterQueue);
const put = queue.put;
let letters = 0;
queue.put = function (letter) {
  if (++letters % EVERY === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STANDS_MS);
  put.call(this, letter);
};
