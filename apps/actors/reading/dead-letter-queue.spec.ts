/**
 * Promises of the dead-letter queue: a flood is stored whole by whoever waits for room, what cannot be stored is said, and who
 * asks knows when letters have landed, but waits no longer than they are tried.
 */
import { jest } from '@jest/globals';
import { AppError, sleep, until } from '#kernel';
import { DeadLetters, memoryTopology, type EventLog } from '#log';
import { DeadLetterQueue, REFUSED_MS, ROOM, WAITING_MAX, type DeadLetter } from './dead-letter-queue.js';

const letter = (sequence: number): DeadLetter => ({
  reason: { code: 'REK_INVALID_JSON', message: 'not JSON' },
  source: { stream: 'REKAPPA_LOG', sequence, index: 0 },
  raw: '{',
});

function setup(append?: (store: () => Promise<number>) => Promise<number>) {
  const topology = memoryTopology(1);
  const dead = Object.assign(Object.create(topology.dead) as EventLog, {
    append: (...args: Parameters<EventLog['append']>) => append!(() => topology.dead.append(...args)),
  });
  const letters = new DeadLetters(append ? { ...topology, dead } : topology);
  const dropped: unknown[] = [];
  const queue = new DeadLetterQueue(
    letters,
    'actors',
    () => undefined,
    (_, error) => void dropped.push(error),
  );
  return { letters, queue, dropped };
}

describe('DeadLetterQueue', () => {
  it('stores every letter of a flood whose writer waits for room before each step', async () => {
    const { letters, queue, dropped } = setup();
    for (let step = 0; step < 20; step++) {
      await queue.room();
      for (let i = 0; i < 3 * ROOM; i++) queue.put(letter(step * 3 * ROOM + i));
    }
    await queue.flush();
    expect(dropped).toEqual([]);
    expect(await letters.count('actors')).toBe(60 * ROOM);
  });

  it('drops what is beyond its bound, and says so', async () => {
    const { letters, queue, dropped } = setup();
    for (let i = 0; i < WAITING_MAX + 7; i++) queue.put(letter(i));
    await queue.flush();
    expect(dropped).toHaveLength(7);
    expect((dropped[0] as AppError).code).toBe('REK_OVERLOADED');
    expect(await letters.count('actors')).toBe(WAITING_MAX);
  });

  it('tells when those have landed that were put before, whatever is put behind them', async () => {
    const held: (() => void)[] = [];
    const { letters, queue } = setup(async (store) => {
      await new Promise<void>((resolve) => held.push(resolve));
      return store();
    });
    await queue.landed();
    for (let i = 1; i <= 3; i++) queue.put(letter(i));
    let landed = false;
    const waiting = queue.landed().then(() => (landed = true));
    queue.put(letter(4));
    for (const nth of [2, 1]) held[nth]!();
    await until('two are stored', async () => (await letters.count()) === 2);
    await sleep(50); // long enough for one that would not wait for the oldest
    expect(landed).toBe(false);
    held[0]!();
    await waiting;
    expect(await letters.count()).toBe(3);
    held[3]!();
    await queue.flush();
  });

  it('holds nobody for long while the stream refuses, nor at all once letters are dropped for it, until it takes letters again', async () => {
    jest.useFakeTimers();
    try {
      let refuses = true;
      const { queue, dropped, letters } = setup(async (store) => {
        if (refuses) throw new AppError('REK_LOG_UNAVAILABLE');
        return store();
      });
      queue.put(letter(1));
      const first = queue.landed().catch((error: unknown) => error);
      await jest.advanceTimersByTimeAsync(REFUSED_MS + 100);
      expect(await first).toMatchObject({ code: 'REK_LOG_UNAVAILABLE' });
      await expect(queue.landed()).rejects.toMatchObject({ code: 'REK_LOG_UNAVAILABLE' });
      queue.put(letter(2));
      while (dropped.length === 0) await jest.advanceTimersByTimeAsync(1_000);
      queue.put(letter(3));
      await queue.landed();

      refuses = false;
      await jest.advanceTimersByTimeAsync(REFUSED_MS);
      expect([await letters.count(), dropped.length]).toEqual([2, 1]);
      refuses = true;
      queue.put(letter(4));
      const held = queue.landed().catch((error: unknown) => error);
      await jest.advanceTimersByTimeAsync(REFUSED_MS + 100);
      expect(await held).toMatchObject({ code: 'REK_LOG_UNAVAILABLE' });
    } finally {
      jest.useRealTimers();
    }
  });
});
