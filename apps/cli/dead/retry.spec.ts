import { DeadLetters, memoryTopology, type LogTopology } from '#log';
import { retryDeadLetter } from './retry.js';
import { readAll, selector } from './selection.js';

const reason = { code: 'REK_UNKNOWN_VERSION', message: 'version must be 1' } as const;
const click = {
  kind: 'interaction',
  eventId: 'e1',
  userId: 'u1',
  itemId: 'i1',
  type: 'click',
  timestamp: 1_700_000_000_000,
};

let topology: LogTopology;
let dead: DeadLetters;
beforeEach(() => {
  topology = memoryTopology(4);
  dead = new DeadLetters(topology);
});

async function put(raw: unknown, sequence = 1): Promise<void> {
  await dead.put({ where: 'actors', reason, source: { stream: 'REKAPPA_LOG', sequence, index: 0 }, raw });
}

describe('a dead letter that is retried', () => {
  it('enters the log and is dead no more, when it is acceptable now', async () => {
    await put(click);
    const [letter] = await readAll(dead);
    expect(await retryDeadLetter(letter!, topology)).toEqual({ sequence: 1, appended: 1 });
    expect(await dead.count()).toBe(0);
    const [batch] = await collect(topology.log.read({ from: 1, until: 1 }));
    expect(JSON.parse(Buffer.from(batch![0]!.payload).toString())).toMatchObject({
      eventId: 'e1',
      version: 1,
    });
  });

  it.each([
    ['is still wrong', { ...click, type: 'NOT A TYPE' }, 'REK_INVALID_EVENT'],
    ['is no JSON', Buffer.from('{"kind"'), 'REK_INVALID_JSON'],
    ['is no text', new Uint8Array([0xff, 0xfe]), 'REK_INVALID_JSON'],
    ['was cut', { ...click, context: { long: 'x'.repeat(20_000) } }, 'REK_BODY_TOO_LARGE'],
    ['is a tick', { kind: 'tick', eventId: 't', timestamp: 1, epoch: 1 }, 'REK_INVALID_EVENT'],
  ])('stays when it %s', async (_, raw, code) => {
    await put(raw);
    const [letter] = await readAll(dead);
    expect((await retryDeadLetter(letter!, topology)).reason?.code).toBe(code);
    expect([await dead.count(), await topology.log.head()]).toEqual([1, 0]);
  });
});

describe('a selection', () => {
  it('must be made, and narrows by every condition given', async () => {
    await put(click, 1);
    await put(click, 2);
    const letters = await readAll(dead);
    expect(() => selector({ sequence: [], all: false })).toThrow('say which');
    const pick = (options: object) =>
      letters.filter(selector({ sequence: [], all: false, ...options })).map(({ sequence }) => sequence);
    expect(pick({ all: true })).toEqual([1, 2]);
    expect(pick({ sequence: [2] })).toEqual([2]);
    expect(pick({ code: 'REK_UNKNOWN_VERSION', where: 'learner' })).toEqual([]);
  });
});

async function collect<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}
