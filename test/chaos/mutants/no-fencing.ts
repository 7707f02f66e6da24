/** Neither store nor log compare epochs: whoever writes is believed. */
import { NatsEventLog } from '#log';
import { CheckpointStore } from '#store';
import { inside } from './inside.js';

interface Options {
  expectedLastSubjectSequence?: number;
}

const log = inside<{ append(subject: string, payload: Uint8Array, options?: Options): Promise<number> }>(
  NatsEventLog,
);
const append = log.append;
log.append = function (subject, payload, options) {
  return append.call(this, subject, payload, { ...options, expectedLastSubjectSequence: undefined });
};

inside<{ guard(): Promise<void> }>(CheckpointStore).guard = async () => undefined;
