/** Nothing is removed from the dead stream. */
import { DeadLetters } from '#log';
import { inside } from './inside.js';

interface Inside {
  drop(sequence: number): Promise<boolean>;
}

inside<Inside>(DeadLetters).drop = () => Promise.resolve(false);
