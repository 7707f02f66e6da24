/** A host that takes over emits what its predecessor emitted already: the mark of the fence is ignored. */
import { FeedbackQueue } from '../../../apps/actors/feedback/feedback-queue.js';
import { inside } from './inside.js';

interface Inside {
  committedSequence: number;
  commit(frame: unknown): void;
}

const queue = inside<Inside>(FeedbackQueue);
const commit = queue.commit;
queue.commit = function (frame) {
  this.committedSequence = 0;
  commit.call(this, frame);
};
Object.defineProperty(queue, 'committed', { get: () => 0 });
