/**
 * Requests to actors: one at a time per actor, in order of arrival, and never more than `max` waiting for
 * one actor (I7). Actors without requests cost nothing.
 */
import { AppError } from '#kernel';

export class Mailboxes {
  private readonly boxes = new Map<string, { length: number; last: Promise<unknown> }>();

  /** @param max requests of one actor, the running one included */
  constructor(private readonly max: number) {}

  /** Actors with a request running or waiting. */
  get size(): number {
    return this.boxes.size;
  }

  /** @throws AppError REK_OVERLOADED at once when the mailbox is full, or what `handle` throws */
  async run<T>(id: string, handle: () => T | Promise<T>): Promise<T> {
    const box = this.boxes.get(id) ?? { length: 0, last: Promise.resolve() };
    if (box.length >= this.max)
      throw new AppError('REK_OVERLOADED', `${this.max} requests already wait for this user`);
    box.length++;
    this.boxes.set(id, box);
    const turn = box.last.then(handle);
    box.last = turn.catch(() => undefined); // its own caller gets the error; the next in line only waits
    try {
      return await turn;
    } finally {
      if (--box.length === 0) this.boxes.delete(id);
    }
  }
}
