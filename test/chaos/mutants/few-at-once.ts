/** No mutant: a reader that gets so many messages at once and no more, CHAOS_BATCH. */
import { NatsEventLog, type EventLog, type ReadOptions } from '#log';
import { inside } from './inside.js';

const batchMax = Number(process.env['CHAOS_BATCH']);

const log = inside<EventLog>(NatsEventLog);
const read = log.read;
log.read = function (options: ReadOptions) {
  return read.call(this, { ...options, batchMax });
};
