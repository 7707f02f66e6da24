import { DeadLetters, memoryTopology } from '#log';
import { dropDeadLettersOf } from './dead-letters-of.js';

/** Puts these, and says which are left once the user's are dropped. */
async function leftOf(userId: string, raws: readonly unknown[]): Promise<unknown[]> {
  const letters = new DeadLetters(memoryTopology(4));
  for (const [at, raw] of raws.entries())
    await letters.put({
      where: 'actors',
      reason: { code: 'REK_INVALID_EVENT', message: 'for the test' },
      source: { stream: 'REKAPPA_LOG', sequence: at + 1, index: 0 },
      raw,
    });
  const dropped = await dropDeadLettersOf(userId, letters);
  const left = (await letters.list()).letters.map(({ source }) => raws[source.sequence - 1]);
  expect(dropped).toBe(raws.length - left.length);
  return left;
}

describe('dead letters of who is erased', () => {
  it('go wherever the id stands in them, however badly they are formed', async () => {
    const others = [
      { kind: 'interaction', userId: 'adam', itemId: 'i' },
      { kind: 'interaction', userId: 'eve', itemId: 'i' },
    ];
    const left = await leftOf('ada', [
      { kind: 'interaction', userId: 'ada', itemId: 7 },
      { kind: 'merge', userId: 'visitor', intoUserId: 'ada' },
      { data: { event: [{ userId: 'ada', kind: 'unknown' }] } },
      ...others,
    ]);
    expect(left).toEqual(others);
  });

  it('go where the id was sent as a number', async () => {
    const others = [{ userId: 421 }, { userId: '142' }, { note: 'room 42' }];
    expect(await leftOf('42', [{ userId: 42 }, { userId: '42' }, ...others])).toEqual(others);
  });
});
