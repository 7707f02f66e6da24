/** The publisher acknowledges an event as soon as it has it, before the log does. */
import { FramePublisher } from '#log';
import { inside } from './inside.js';

interface Listener {
  acknowledged(place: number, at: { sequence: number; index: number }): void;
  failed(place: number, error: unknown): void;
}
interface Inside {
  enqueue(lane: unknown, entry: { listener: Listener; place: number }): void;
}

const publisher = inside<Inside>(FramePublisher);
const enqueue = publisher.enqueue;
publisher.enqueue = function (lane, entry) {
  entry.listener.acknowledged(entry.place, { sequence: 0, index: 0 });
  enqueue.call(this, lane, {
    ...entry,
    listener: { acknowledged: () => undefined, failed: () => undefined },
  });
};
