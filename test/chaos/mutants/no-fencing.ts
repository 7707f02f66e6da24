/** Neither store nor log compare epochs: whoever writes is believed. */
import { MemoryEventLog, NatsEventLog } from '#log';
import { CheckpointStore } from '#store';
import { MemoryCheckpoints } from '../interleavings/memory-checkpoints.js';
import { inside } from './inside.js';

interface Options {
  expectedLastSubjectSequence?: number;
}

interface Log {
  append(subject: string, payload: Uint8Array, options?: Options): Promise<number>;
}

for (const log of [inside<Log>(NatsEventLog), inside<Log>(MemoryEventLog)]) {
  const append = log.append;
  log.append = function (subject, payload, options) {
    return append.call(this, subject, payload, { ...options, expectedLastSubjectSequence: undefined });
  };
}

inside<{ guard(): Promise<void> }>(CheckpointStore).guard = async () => undefined;
inside<{ guard(): void }>(MemoryCheckpoints).guard = () => undefined;
