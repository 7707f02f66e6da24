/** Promises of the resident actors: nothing changed is ever lost, and a checkpoint shows one instant. */
import fc from 'fast-check';
import type { ActorKind } from './actor-kind.js';
import { MemoryBudget } from './memory-budget.js';
import { PartitionActors } from './partition-actors.js';

interface Counter {
  id: string;
  n: number;
}
const counters: ActorKind<Counter> = {
  create: (id) => ({ id, n: 0 }),
  encode: (state) => Buffer.from(JSON.stringify(state)),
  decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as Counter,
  // Packed and squeezed states are not stored ones: whoever takes one for the other fails to parse it.
  pack: (state) => Buffer.from(`packed ${JSON.stringify(state)}`),
  squeeze: (packed) => Buffer.from(`~${Buffer.from(packed).toString().slice('packed '.length)}`),
  unpack: (bytes) =>
    JSON.parse(
      Buffer.from(bytes)
        .toString()
        .replace(/^(packed |~)/, ''),
    ) as Counter,
  bytes: () => 100,
};

/** A stand-in for the checkpoint table, whose reads can be held back. */
class Rows {
  readonly rows = new Map<string, Uint8Array>();
  loads: string[][] = [];
  hold: Promise<void> = Promise.resolve();
  load = async (ids: readonly string[]) => {
    this.loads.push([...ids]);
    const found = new Map([...this.rows].filter(([id]) => ids.includes(id)));
    await this.hold;
    return found;
  };
  async checkpoint(actors: PartitionActors<Counter>) {
    const cut = actors.beginCut();
    for (const { userId, state } of await cut.drain()) this.rows.set(userId, state);
    for (const id of cut.erased) this.rows.delete(id);
    actors.saved();
  }
}

function setup(options: { budget?: number; nothingStored?: boolean } = {}) {
  const rows = new Rows();
  const budget = new MemoryBudget(options.budget ?? 1e9);
  const actors = new PartitionActors(counters, rows.load, budget, {
    nothingStored: options.nothingStored ?? false,
  });
  const bump = async (id: string) => {
    await actors.activate([id], 0);
    actors.get(id).n++;
    actors.touched(id);
  };
  return { rows, budget, actors, bump };
}

describe('PartitionActors', () => {
  it('loads a batch in one query, each id once, whoever asks at the same time', async () => {
    const { rows, actors } = setup();
    await Promise.all([actors.activate(['a', 'b', 'a'], 0), actors.activate(['b', 'c'], 0)]);
    expect(rows.loads).toEqual([['a', 'b'], ['c']]);
  });

  it('never lets a slow load overwrite a state that was changed meanwhile', async () => {
    const { rows, actors, bump } = setup();
    rows.rows.set('a', counters.encode({ id: 'a', n: 5 }));
    let release!: () => void;
    rows.hold = new Promise((resolve) => (release = resolve));
    const reader = actors.activate(['a'], 0);
    const writer = bump('a');
    release();
    await Promise.all([reader, writer]);
    expect(actors.peek('a')!.n).toBe(6);
    expect(rows.loads).toHaveLength(1);
  });

  it('packs those unused the longest, dirty or not, and whoever asks finds them as they were', async () => {
    const { rows, budget, actors, bump } = setup();
    for (const id of ['a', 'b', 'c']) await bump(id);
    await actors.activate(['a'], 10);
    const before = budget.used;
    expect(actors.pack(5)).toEqual({ packed: 2, squeezed: 0 });
    expect([actors.packedCount, actors.size, actors.known('b')]).toEqual([2, 3, true]);
    expect(budget.used).toBeLessThan(before);
    expect([...actors.entries()].map(([id, encode]) => [id, counters.decode(encode()).n]).sort()).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
    await bump('b');
    await rows.checkpoint(actors);
    expect(actors.packedCount).toBe(1);
    expect([...rows.rows].map(([id, bytes]) => [id, counters.decode(bytes).n]).sort()).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 1],
    ]);
    expect(actors.peek('c')!.n).toBe(1);
    expect([actors.packedCount, budget.used]).toEqual([0, before]);
    expect(rows.loads).toHaveLength(3);
  });

  it('squeezes the packed ones unused for longer, and gives every byte back when they are unpacked', async () => {
    const { rows, budget, actors, bump } = setup();
    for (const id of ['a', 'b']) await bump(id);
    const before = budget.used;
    await actors.activate(['b'], 5);
    expect(actors.pack(6, 3)).toEqual({ packed: 2, squeezed: 1 });
    const packed = before - budget.used;
    expect(packed).toBe(2 * 100 - 'packed {"id":"b","n":1}'.length - '~{"id":"a","n":1}'.length);
    expect([...actors.entries()].map(([id, encode]) => [id, counters.decode(encode()).n])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    await bump('a');
    await rows.checkpoint(actors);
    expect(counters.decode(rows.rows.get('a')!).n).toBe(2);
    expect([actors.peek('b')!.n, actors.packedCount, budget.used]).toEqual([1, 0, before]);
  });

  it('lets packed actors go first, and forgets those that are erased', async () => {
    const { rows, budget, actors, bump } = setup();
    for (const id of ['a', 'b', 'c']) await bump(id);
    actors.pack(1);
    await actors.activate(['a'], 10);
    actors.erase('b');
    await rows.checkpoint(actors);
    expect(actors.passivate(5)).toEqual({ passivated: 1, needsCheckpoint: false });
    expect([actors.peek('c'), actors.peek('a')!.n, actors.size]).toEqual([undefined, 1, 1]);
    await actors.activate(['b', 'c'], 11);
    expect([actors.peek('b')!.n, actors.peek('c')!.n]).toEqual([0, 1]);
    actors.clear();
    expect(budget.used).toBe(0);
  });

  it('asks for no load while everyone is known to be resident', async () => {
    const { rows, actors, bump } = setup({ nothingStored: true });
    await bump('a');
    await rows.checkpoint(actors);
    expect(rows.loads).toEqual([]);
    actors.passivate(Infinity);
    await actors.activate(['a'], 0);
    expect([rows.loads.length, actors.peek('a')!.n]).toEqual([1, 1]);
  });

  it('keeps dirty actors resident over the budget and says that a checkpoint must come first', async () => {
    const { rows, actors, bump, budget } = setup({ budget: 1_000 });
    for (let i = 0; i < 10; i++) await bump(`u${i}`);
    expect(actors.passivate(-1)).toEqual({ passivated: 0, needsCheckpoint: true });
    await rows.checkpoint(actors);
    expect(actors.passivate(-1).needsCheckpoint).toBe(false);
    expect(budget.used).toBeLessThanOrEqual(1_000);
    expect(actors.peek('u9')).toBeDefined();
    expect(actors.peek('u0')).toBeUndefined();
  });

  it('forgets an erased actor at once, and its row with the next checkpoint', async () => {
    const { rows, actors, bump } = setup();
    await bump('a');
    await rows.checkpoint(actors);
    actors.erase('a');
    expect(actors.get('a').n).toBe(0); // within the same batch: nobody activates it again
    await actors.activate(['a'], 0);
    expect([actors.peek('a')!.n, actors.known('a'), rows.rows.has('a')]).toEqual([0, false, true]);
    await rows.checkpoint(actors);
    expect(rows.rows.has('a')).toBe(false);
  });

  it('reports a stored state that cannot be read', async () => {
    const { rows, actors } = setup();
    rows.rows.set('a', Buffer.from('garbage'));
    await expect(actors.activate(['a'], 0)).rejects.toMatchObject({ code: 'REK_SNAPSHOT_INVALID' });
  });

  it('gives its memory back when the partition goes', async () => {
    const { actors, budget, bump } = setup();
    await bump('a');
    actors.clear();
    expect(budget.used).toBe(0);
  });

  it('loses nothing and shows one instant, whatever the order of changes, erasures, checkpoints, packing and passivation (property)', async () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.oneof(
      fc.record({ do: fc.constant('bump' as const), id }),
      fc.record({ do: fc.constant('erase' as const), id }),
      fc.record({
        do: fc.constantFrom(
          'begin' as const,
          'commit' as const,
          'fail' as const,
          'passivate' as const,
          'pack' as const,
          'crash' as const,
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const rows = new Rows();
        const fresh = () =>
          new PartitionActors(counters, rows.load, new MemoryBudget(300), { nothingStored: false });
        let actors = fresh();
        let truth = new Map<string, number>();
        let atCheckpoint = new Map(truth);
        let atCut = new Map(truth);
        let cut: ReturnType<typeof actors.beginCut> | undefined;
        const finish = async (commit: boolean) => {
          if (!cut) return;
          const encoded = await cut.drain();
          if (commit) {
            for (const { userId, state } of encoded) rows.rows.set(userId, state);
            for (const erasedId of cut.erased) rows.rows.delete(erasedId);
            actors.saved();
            atCheckpoint = atCut;
            expect(stored(rows)).toEqual(atCheckpoint);
          } else actors.failed();
          cut = undefined;
        };
        for (const action of steps) {
          switch (action.do) {
            case 'bump':
              await actors.activate([action.id], 0);
              actors.get(action.id).n++;
              actors.touched(action.id);
              truth.set(action.id, (truth.get(action.id) ?? 0) + 1);
              break;
            case 'pack':
              actors.pack(1, 1);
              break;
            case 'erase':
              await actors.activate([action.id], 0);
              actors.erase(action.id);
              truth.delete(action.id);
              break;
            case 'begin':
              if (cut) break;
              cut = actors.beginCut();
              atCut = new Map(truth);
              break;
            case 'commit':
              await finish(true);
              break;
            case 'fail':
              await finish(false);
              break;
            case 'passivate':
              actors.passivate(1);
              break;
            case 'crash':
              actors.clear();
              actors = fresh();
              cut = undefined;
              truth = new Map(atCheckpoint);
          }
          for (const [userId, n] of truth) {
            await actors.activate([userId], 0);
            expect(actors.peek(userId)!.n).toBe(n);
          }
        }
        await finish(false);
        await rows.checkpoint(actors);
        expect(stored(rows)).toEqual(truth);
      }),
      { numRuns: 500 },
    );
  });
});

function stored(rows: Rows): Map<string, number> {
  return new Map([...rows.rows].map(([id, bytes]) => [id, counters.decode(bytes).n]));
}
