import type { LogEvent } from '#events';
import { AppError } from '#kernel';
import { FramePublisher, memoryTopology } from '#log';
import type { Accepted, GatewayClient } from '../gateway-client.js';
import { mapMovie, mapRating } from '../sources/movielens.js';
import type { EventSource, SourceEntry } from '../sources/source.js';
import { Progress } from '../terminal/progress.js';
import { HttpSink } from './http-sink.js';
import { GAP_MAX_MS, Pacer } from './pacer.js';
import { PublisherSink } from './publisher-sink.js';
import { runImport } from './run-import.js';
import { ImportTally } from './sink.js';

const silent = { write: () => true } as unknown as NodeJS.WriteStream;
const progress = (): Progress => new Progress({ label: 'test', unit: 'events', stream: silent });

function source(): EventSource {
  const lines: SourceEntry[] = [];
  for (let m = 0; m < 3; m++) lines.push(...only(mapMovie(`${m}::Film ${m} (1999)::Drama`)));
  for (let i = 0; i < 3_000; i++) lines.push(...only(mapRating(`u${i % 17}::${i % 3}::4::${978300000 + i}`)));
  lines.push({ rejected: 'not JSON', line: 9 }, { rejected: 'not JSON', line: 10 });
  return {
    bytesTotal: 1,
    bytesRead: () => 1,
    async *entries() {
      yield* lines;
    },
  };
}

const only = (mapped: ReturnType<typeof mapMovie>): SourceEntry[] =>
  mapped.ok ? [{ event: mapped.event }] : [];

describe('an import through the gateway', () => {
  it('adds up, in batches within the limits, each user in order, items before their ratings', async () => {
    const items: unknown[] = [];
    const events: LogEvent[] = [];
    const sizes: number[] = [];
    let open = 0;
    const answer = async (batch: readonly LogEvent[], into: unknown[]): Promise<Accepted> => {
      open++;
      sizes.push(batch.length);
      await new Promise((resolve) => setTimeout(resolve, batch.length % 7));
      into.push(...batch);
      open--;
      return {
        accepted: batch.length - 1,
        rejected: [{ index: 0, code: 'REK_INVALID_EVENT', message: 'no' }],
        seq: 1,
      };
    };
    const gateway = {
      events: (b: LogEvent[]) => answer(b, events),
      items: (b: LogEvent[]) => answer(b, items),
    } as unknown as GatewayClient;
    const tally = new ImportTally();
    await runImport(source(), new HttpSink(gateway, tally), tally, progress(), new AbortController().signal);

    expect([tally.read, tally.accepted + tally.rejected, tally.addsUp]).toEqual([3_005, 3_005, true]);
    expect(tally.rejectedBy.get('not JSON')).toBe(2);
    expect(tally.rejectedBy.get('REK_INVALID_EVENT: no')).toBe(sizes.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    expect(open).toBe(0);
    expect(items[0]).toMatchObject({ id: '0', eventId: 'movielens:movie:0', title: 'Film 0 (1999)' });
    for (const user of ['u0', 'u16']) {
      const times = events.filter((e) => 'userId' in e && e.userId === user).map((e) => e.timestamp);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  it('reports what made the gateway give up', async () => {
    const gateway = { items: () => Promise.reject(new Error('gone')) } as unknown as GatewayClient;
    const tally = new ImportTally();
    await expect(
      runImport(source(), new HttpSink(gateway, tally), tally, progress(), new AbortController().signal),
    ).rejects.toThrow('gone');
  });
});

describe('an import straight into the log', () => {
  it('fails when the log takes no more, and counts nothing of that as refused', async () => {
    const topology = memoryTopology(4);
    let taken = 0;
    const full = Object.assign(Object.create(topology.log) as typeof topology.log, {
      append: (...args: Parameters<typeof topology.log.append>) =>
        ++taken > 3 ? Promise.reject(new AppError('REK_LOG_FULL')) : topology.log.append(...args),
    });
    const publisher = new FramePublisher({ ...topology, log: full }, { attempts: 1 });
    const tally = new ImportTally();
    const sink = new PublisherSink(publisher, tally);
    await expect(
      runImport(source(), sink, tally, progress(), new AbortController().signal),
    ).rejects.toMatchObject({ code: 'REK_LOG_FULL' });
    await publisher.close();
    expect([tally.accepted < 3_003, tally.rejectedBy.size]).toEqual([true, 1]); // what is no JSON
  });

  it('adds up', async () => {
    const tally = new ImportTally();
    const topology = memoryTopology(4);
    await runImport(
      source(),
      new PublisherSink(new FramePublisher(topology), tally),
      tally,
      progress(),
      new AbortController().signal,
    );
    expect([tally.accepted, tally.rejected, tally.addsUp]).toEqual([3_003, 2, true]);
    expect(await topology.log.head()).toBeGreaterThan(0);
  });
});

describe('an account', () => {
  it('bounds the number of different reasons', () => {
    const tally = new ImportTally();
    for (let i = 0; i < 50; i++) tally.reject(`reason ${i}`);
    expect(tally.rejectedBy.size).toBe(ImportTally.REASONS_MAX + 1);
    expect(tally.rejected).toBe(50);
  });
});

describe('a pacer', () => {
  it('lets event time pass no faster than told, and skips gaps', () => {
    let clock = 0;
    const pacer = new Pacer(10, () => clock);
    expect(pacer.delay(1_000_000)).toBe(0);
    expect(pacer.delay(1_005_000)).toBe(500);
    clock = 400;
    expect(pacer.delay(1_005_000)).toBe(100);
    expect(pacer.delay(1_005_000 + GAP_MAX_MS + 1)).toBe(100);
    clock = 10_000;
    expect(pacer.delay(1_010_000 + GAP_MAX_MS)).toBe(0);
  });
});
