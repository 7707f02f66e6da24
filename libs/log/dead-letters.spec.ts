import { DEAD_PAYLOAD_BYTES_MAX, DeadLetters } from './dead-letters.js';
import { memoryTopology } from './topology.js';

const reason = { code: 'REK_INVALID_JSON', message: 'no' } as const;
const source = (sequence: number, index = 0) => ({ stream: 'REKAPPA_LOG', sequence, index });

describe('dead letters', () => {
  let letters: DeadLetters;
  beforeEach(() => {
    letters = new DeadLetters(memoryTopology(4));
  });

  it('keep the reason, the place and the payload', async () => {
    await letters.put({ where: 'actors', reason, source: source(7, 2), raw: Buffer.from('{"a":') });
    const { letters: listed, next } = await letters.list();
    expect(listed).toMatchObject([
      {
        where: 'actors',
        reason,
        source: source(7, 2),
        raw: '{"a":',
        encoding: 'utf8',
        bytes: 5,
        sequence: 1,
      },
    ]);
    expect(next).toBeUndefined();
  });

  it('are stored once for one entry', async () => {
    for (let i = 0; i < 3; i++)
      await letters.put({ where: 'actors', reason, source: source(7), raw: { a: 1 } });
    expect(await letters.count()).toBe(1);
    expect((await letters.list()).letters[0]!.raw).toBe('{"a":1}');
  });

  it('cut a large payload between characters and keep bytes that are no text', async () => {
    const text = `x${'é'.repeat(DEAD_PAYLOAD_BYTES_MAX)}`;
    await letters.put({ where: 'actors', reason, source: source(1), raw: Buffer.from(text) });
    await letters.put({ where: 'actors', reason, source: source(2), raw: new Uint8Array([0xff, 0xfe, 1]) });
    const [large, binary] = (await letters.list()).letters;
    expect(text.startsWith(large!.raw)).toBe(true);
    expect(Buffer.byteLength(large!.raw)).toBe(DEAD_PAYLOAD_BYTES_MAX - 1);
    expect(large!.bytes).toBe(Buffer.byteLength(text));
    expect([...Buffer.from(binary!.raw, 'base64')]).toEqual([0xff, 0xfe, 1]);
  });

  it('are gone once dropped, and the others are still listed', async () => {
    for (const sequence of [7, 8, 9])
      await letters.put({ where: 'actors', reason, source: source(sequence), raw: 'x' });
    expect([await letters.drop(2), await letters.drop(2), await letters.drop(99)]).toEqual([
      true,
      false,
      false,
    ]);
    expect((await letters.list()).letters.map(({ sequence }) => sequence)).toEqual([1, 3]);
  });

  it('are listed in pages, by place, oldest first, and counted', async () => {
    for (let i = 1; i <= 25; i++)
      await letters.put({
        where: i % 5 === 0 ? 'learner' : 'actors',
        reason,
        source: source(i),
        raw: `${i}`,
      });
    const seen: number[] = [];
    let after: number | undefined;
    let pages = 0;
    do {
      const page = await letters.list({ where: 'actors', after, limit: 8 });
      seen.push(...page.letters.map((letter) => letter.source.sequence));
      after = page.next;
      pages++;
    } while (after !== undefined);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i + 1).filter((i) => i % 5 !== 0));
    expect(pages).toBe(3);
    expect([await letters.count(), await letters.count('learner')]).toEqual([25, 5]);
  });
});
