import type { LogMessage } from '#log';
import { INBOX_MESSAGES_MAX, PartitionInbox } from './partition-inbox.js';
import { PositionWaiters, WAITERS_MAX } from './position-waiters.js';

const message = (sequence: number, bytes = 10): LogMessage => ({
  sequence,
  subject: 'log.user.0',
  payload: new Uint8Array(bytes),
  appendedAt: sequence,
  header: () => undefined,
});
const sequences = (messages: readonly LogMessage[]): number[] => messages.map(({ sequence }) => sequence);

describe('PartitionInbox', () => {
  it('hands out what was delivered, in order and within the bounds asked for, but always something', () => {
    const inbox = new PartitionInbox();
    inbox.deliver([message(1), message(2, 1_000), message(3)], 5);
    expect(sequences(inbox.take(10, 1_005))).toEqual([1]);
    expect(sequences(inbox.take(10, 5))).toEqual([2]);
    expect(sequences(inbox.take(10, 5))).toEqual([3]);
    expect(inbox.take(10, 5)).toEqual([]);
    expect(inbox.through).toBe(5);
  });

  it('lets go of everything rather than grow, says so, and starts anew where its owner asks', () => {
    const inbox = new PartitionInbox();
    for (let sequence = 1; sequence <= INBOX_MESSAGES_MAX + 1; sequence++)
      inbox.deliver([message(sequence)], sequence);
    expect([inbox.overflowed, inbox.length]).toEqual([true, 0]);
    inbox.deliver([message(INBOX_MESSAGES_MAX + 2)], INBOX_MESSAGES_MAX + 2);
    expect(inbox.length).toBe(0);
    inbox.reopen(INBOX_MESSAGES_MAX + 2);
    inbox.deliver([message(INBOX_MESSAGES_MAX + 3)], INBOX_MESSAGES_MAX + 3);
    expect(sequences(inbox.take(10, 1_000))).toEqual([INBOX_MESSAGES_MAX + 3]);
  });

  it('makes a fast reader wait until half of it is free again', async () => {
    const inbox = new PartitionInbox();
    for (let sequence = 1; sequence <= INBOX_MESSAGES_MAX; sequence++)
      inbox.deliver([message(sequence)], sequence);
    let room = false;
    const waiting = inbox.room().then(() => (room = true));
    await Promise.resolve();
    expect(room).toBe(false);
    inbox.take(INBOX_MESSAGES_MAX / 2, Infinity);
    await waiting;
    expect(room).toBe(true);
  });
});

describe('PositionWaiters', () => {
  it('wake those whose sequence was reached, and only those', async () => {
    const waiters = new PositionWaiters();
    const woken: number[] = [];
    const waiting = [5, 7, 9].map((sequence) =>
      waiters.reached(sequence, 4, 60_000).then((reached) => reached && woken.push(sequence)),
    );
    waiters.advance(7);
    await Promise.all(waiting.slice(0, 2));
    expect(woken).toEqual([5, 7]);
    waiters.advance(8);
    waiters.advance(9);
    await Promise.all(waiting);
    expect(woken).toEqual([5, 7, 9]);
  });

  it('give up after the time given, and at once when the partition goes', async () => {
    const waiters = new PositionWaiters();
    expect(await waiters.reached(5, 5, 1)).toBe(true);
    expect(await waiters.reached(6, 5, 1)).toBe(false);
    const waiting = waiters.reached(6, 5, 60_000);
    waiters.close();
    expect(await waiting).toBe(false);
  });

  it('refuse more than their bound', async () => {
    const waiters = new PositionWaiters();
    const waiting = Array.from({ length: WAITERS_MAX }, () => waiters.reached(1, 0, 60_000));
    expect(() => waiters.reached(1, 0, 60_000)).toThrow(expect.objectContaining({ code: 'REK_OVERLOADED' }));
    waiters.close();
    await Promise.all(waiting);
  });
});
