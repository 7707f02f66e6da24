/** A rebuild does not undo what an event has changed whose fold then threw. */
import { FoldedPartition } from '#evaluation';
import { inside } from './inside.js';

inside<{ undo(): void }>(FoldedPartition).undo = () => undefined;
