/** A checkpoint does not wait until the feedback up to its position is stored. */
import { FeedbackEmitter } from '../../../apps/actors/feedback/feedback-emitter.js';
import { inside } from './inside.js';

inside<{ durable(sequence: number): Promise<void> }>(FeedbackEmitter).durable = async () => undefined;
