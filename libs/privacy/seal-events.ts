/** What goes into LOG, on its way there. */
import { partitionOf } from '#kernel';
import { isUserEvent, type LogEvent, type UserEvent } from '#events';
import type { UserKeys } from './user-keys.js';

export interface SealedEvents {
  readonly events: LogEvent[];
  /** A sealed event does not say where it belongs. */
  readonly partitions: (number | undefined)[];
}

/** Users' events sealed, the others as they are, in the order given. @throws AppError REK_STORE_UNAVAILABLE */
export async function sealEvents(
  keys: Pick<UserKeys, 'seal'>,
  events: readonly LogEvent[],
  partitions: number,
): Promise<SealedEvents> {
  const personal = events.filter((event): event is UserEvent => isUserEvent(event));
  const sealed = (await keys.seal(personal))[Symbol.iterator]();
  return {
    events: events.map((event) => (isUserEvent(event) ? sealed.next().value! : event)),
    partitions: events.map((event) =>
      isUserEvent(event) ? partitionOf(event.userId, partitions) : undefined,
    ),
  };
}
