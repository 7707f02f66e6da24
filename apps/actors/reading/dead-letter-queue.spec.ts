/** Promises of the dead-letter queue: a flood is stored whole by whoever waits for room, and what cannot be stored is said. */
import { AppError } from '#kernel';
import { DeadLetters, memoryTopology } from '#log';
import { DeadLetterQueue, ROOM, WAITING_MAX, type DeadLetter } from './dead-letter-queue.js';

const letter = (sequence: number): DeadLetter => ({
  reason: { code: 'REK_INVALID_JSON', message: 'not JSON' },
  source: { stream: 'REKAPPA_LOG', sequence, index: 0 },
  raw: '{',
});

function setup() {
  const letters = new DeadLetters(memoryTopology(1));
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
});
