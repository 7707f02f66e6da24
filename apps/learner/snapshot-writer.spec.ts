import { Turns } from '#kernel';
import type { OnlineModel } from '#learning';
import { SnapshotWriter, type Live, type SnapshotPolicy } from './snapshot-writer.js';

const POLICY: SnapshotPolicy = {
  snapshotSeconds: 30,
  snapshotSamples: 1_000,
  relearnSeconds: 5,
  snapshotsKept: 2,
};

describe('SnapshotWriter', () => {
  const monotonic = performance.now.bind(performance);
  let now = 0;
  let available = true;
  let prunable = true;
  let unpruned: unknown[] = [];
  const sink = {
    write: () => (available ? Promise.resolve('id') : Promise.reject(new Error('the store is away'))),
    prune: () => (prunable ? Promise.resolve(0) : Promise.reject(new Error('locked'))),
  };

  beforeEach(() => {
    now = 1_000_000;
    available = prunable = true;
    unpruned = [];
    performance.now = () => now;
  });
  afterEach(() => void (performance.now = monotonic));

  /** A model that has learnt something since the last call; capturing it takes so long. */
  function learnt(captureMs: number, samples = 10): OnlineModel {
    const captureSnapshot = () => {
      now += captureMs;
      return { unsigned: { version: 'v', sequence, samples: all, bodyBytes: 1 }, chunks: [] };
    };
    const sequence = ++sequences;
    const all = (samplesOfAll += samples);
    return {
      version: 'v',
      sequence,
      samples: all,
      identity: { name: 'main' },
      captureSnapshot,
    } as unknown as OnlineModel;
  }
  const live = (model: OnlineModel) => (): Live => ({ model, deltaSequence: 0 });
  const newWriter = (): SnapshotWriter =>
    new SnapshotWriter(sink, POLICY, new Turns(), {
      written: () => undefined,
      failed: () => undefined,
      unpruned: (error) => void unpruned.push(error),
    });
  let sequences = 0;
  let samplesOfAll = 0;

  async function written(captureMs: number): Promise<SnapshotWriter> {
    const writer = newWriter();
    await writer.write(live(learnt(captureMs)));
    return writer;
  }

  it('is due after so many seconds, samples, or so much time spent learning', async () => {
    const bySeconds = await written(10);
    now += 29_000;
    expect(bySeconds.due(learnt(10))).toBe(false);
    now += 2_000;
    expect(bySeconds.due(learnt(10))).toBe(true);

    const bySamples = await written(10);
    now += 2_000;
    expect(bySamples.due(learnt(10, 900))).toBe(false);
    expect(bySamples.due(learnt(10, 100))).toBe(true);

    const byLearning = await written(10);
    now += 2_000;
    byLearning.learnt(4_000);
    expect(byLearning.due(learnt(10), true)).toBe(false);
    byLearning.learnt(1_000);
    expect(byLearning.due(learnt(10), true)).toBe(true);
    expect(byLearning.due(learnt(10))).toBe(true);
  });

  it('makes learning wait for a hundredth of the time at most', async () => {
    const writer = await written(800);
    now += 70_000;
    writer.learnt(15_000);
    expect(writer.due(learnt(800, 5_000))).toBe(false);
    now += 11_000;
    expect(writer.due(learnt(800))).toBe(true);
  });

  it('bounds what would be learnt again, live or not: twenty times as long as learning waits', async () => {
    const writer = await written(800);
    now += 20_000;
    writer.learnt(15_000);
    for (const catchingUp of [false, true]) expect(writer.due(learnt(800, 5_000), catchingUp)).toBe(false);
    writer.learnt(1_000);
    for (const catchingUp of [false, true]) expect(writer.due(learnt(800), catchingUp)).toBe(true);
  });

  it('is as old as what it has not stored, however long ago the last snapshot was', async () => {
    const writer = newWriter();
    const model = learnt(800);
    now += 3_000;
    expect(writer.ageMs(model)).toBe(3_000);
    await writer.write(live(model));
    now += 1e9;
    expect(writer.ageMs(model)).toBe(0);
    const more = learnt(800);
    now += 20_000;
    expect(writer.ageMs(more)).toBe(20_000);
    await writer.write(live(more));
    const evenMore = learnt(800); // in the meantime
    expect(writer.ageMs(evenMore)).toBe(800);
  });

  it('is not due for what is stored, and tries again soon after a failure', async () => {
    const writer = newWriter();
    const model = learnt(800);
    available = false;
    await expect(writer.write(live(model))).rejects.toThrow('the store is away');
    expect(writer.due(model)).toBe(false);
    now += 5_000;
    expect(writer.due(model)).toBe(true);
    available = true;
    await writer.write(live(model));
    now += 1e9;
    expect(writer.due(model)).toBe(false);
  });

  it('has stored what it stored, whatever becomes of the older ones', async () => {
    prunable = false;
    const writer = newWriter();
    const model = learnt(1);
    expect((await writer.write(live(model))).sequence).toBe(model.sequence);
    expect(unpruned).toHaveLength(1);
    now += 1e9;
    expect(writer.due(model)).toBe(false);
  });

  it('has nothing due while other work keeps the store, and then captures what is live', async () => {
    const writer = newWriter();
    let model = learnt(1);
    let release = (): void => undefined;
    const kept = writer.exclusively(() => new Promise<void>((resolve) => (release = resolve)));
    const written = writer.write(() => ({ model, deltaSequence: 0 }));
    now += 1e9;
    expect(writer.due(model)).toBe(false);
    model = learnt(1);
    release();
    await kept;
    expect((await written).sequence).toBe(model.sequence);
  });
});
