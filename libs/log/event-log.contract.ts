/** What every EventLog promises. Run against memory and against a real server. */
import { AppError, until } from '#kernel';
import type { EventLog, LogMessage, ReadOptions } from './event-log.js';

/** `open` gives an empty log that accepts `log.user.*` and `log.item`. */
export function describeEventLog(name: string, open: () => Promise<EventLog>): void {
  describe(`EventLog promises (${name})`, () => {
    let log: EventLog;
    beforeEach(async () => {
      log = await open();
    });

    it('numbers messages from 1, in order, over all subjects', async () => {
      expect(await log.head()).toBe(0);
      expect(await log.append('log.user.0', bytes('a'))).toBe(1);
      expect(await log.append('log.item', bytes('b'))).toBe(2);
      expect(await log.head()).toBe(2);
      expect(await log.count()).toBe(2);
      expect(await log.count('log.user.*')).toBe(1);
    });

    it('reads back payload, subject, headers and the time of storage', async () => {
      const before = Date.now();
      await log.append('log.user.7', bytes('é'), { headers: { 'Rekappa-Crc32': 'cafe' } });
      const [message] = await readAll(log, { from: 1, until: 1 });
      expect(message!.subject).toBe('log.user.7');
      expect(Buffer.from(message!.payload).toString()).toBe('é');
      expect(message!.header('Rekappa-Crc32')).toBe('cafe');
      expect(message!.header('absent')).toBeUndefined();
      expect(Math.abs(message!.appendedAt - before)).toBeLessThan(60_000);
    });

    it('keeps the order of pipelined appends', async () => {
      const sequences = await Promise.all(
        Array.from({ length: 200 }, (_, i) => log.append('log.user.1', bytes(String(i)))),
      );
      expect(sequences).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
      const read = await readAll(log, { from: 1, until: 200, batchMax: 7 });
      expect(read.map(textOf)).toEqual(Array.from({ length: 200 }, (_, i) => String(i)));
    });

    it('stores a message id once and answers with its first sequence', async () => {
      const first = await log.append('log.user.0', bytes('a'), { messageId: 'm' });
      expect(await log.append('log.user.0', bytes('a'), { messageId: 'm' })).toBe(first);
      expect(await log.head()).toBe(1);
    });

    it('refuses an append whose expected last sequence is stale, and stores nothing', async () => {
      const at = await log.append('log.user.3', bytes('a'), { expectedLastSubjectSequence: 0 });
      await log.append('log.user.4', bytes('another subject'));
      const next = await log.append('log.user.3', bytes('b'), { expectedLastSubjectSequence: at });
      for (const stale of [0, at, next + 7]) {
        await expect(
          log.append('log.user.3', bytes('c'), { expectedLastSubjectSequence: stale }),
        ).rejects.toMatchObject({ code: 'REK_STALE_EPOCH' });
      }
      expect(await log.head()).toBe(3);
    });

    it('answers a repeated fenced append by its message id rather than refusing it', async () => {
      const options = { expectedLastSubjectSequence: 0, messageId: 'fenced' };
      const first = await log.append('log.user.3', bytes('a'), options);
      expect(await log.append('log.user.3', bytes('a'), options)).toBe(first);
    });

    it('gives the last message of a subject', async () => {
      expect(await log.last('log.user.2')).toBeUndefined();
      await log.append('log.user.2', bytes('a'));
      await log.append('log.user.2', bytes('b'), { headers: { 'Rekappa-Writer': 'w' } });
      await log.append('log.user.5', bytes('c'));
      const last = await log.last('log.user.2');
      expect([last!.sequence, last!.subject, textOf(last!)]).toEqual([2, 'log.user.2', 'b']);
      expect(last!.header('Rekappa-Writer')).toBe('w');
    });

    it('ends a filtered read whose next message lies beyond the end asked for', async () => {
      await log.append('log.user.1', bytes('another subject'));
      await log.append('log.user.2', bytes('too late'));
      expect(await readAll(log, { from: 1, until: 1, subject: 'log.user.2' })).toEqual([]);
    });

    it('filters by subject, wildcards included, and starts anywhere', async () => {
      for (const subject of ['log.user.0', 'log.item', 'log.user.1', 'log.user.0', 'log.item'])
        await log.append(subject, bytes(subject));
      const sequences = async (options: ReadOptions) => (await readAll(log, options)).map((m) => m.sequence);
      expect(await sequences({ from: 1, until: 5, subject: 'log.user.*' })).toEqual([1, 3, 4]);
      expect(await sequences({ from: 2, until: 5, subject: 'log.user.0' })).toEqual([4]);
      expect(await sequences({ from: 3, until: 4 })).toEqual([3, 4]);
      expect(await sequences({ from: 1, until: 5, subject: 'log.>' })).toEqual([1, 2, 3, 4, 5]);
    });

    it('ends a bounded, filtered read though nothing matches', async () => {
      await log.append('log.item', bytes('a'));
      await log.append('log.item', bytes('b'));
      expect(await readAll(log, { from: 1, until: 2, subject: 'log.user.9' })).toEqual([]);
      expect(await readAll(log, { from: 3, until: 2 })).toEqual([]);
    });

    it('waits behind the head and delivers what comes, without waiting to fill a batch', async () => {
      await log.append('log.user.0', bytes('old'));
      const read: string[] = [];
      const stop = new AbortController();
      const reading = (async () => {
        for await (const batch of log.read({ from: 2, signal: stop.signal, batchMax: 500 }))
          read.push(...batch.map(textOf));
      })();
      await log.append('log.user.0', bytes('new'));
      await until('the new message is read', () => read.length === 1);
      await log.append('log.user.0', bytes('newer'));
      await until('the newer message is read', () => read.length === 2);
      stop.abort();
      await reading;
      expect(read).toEqual(['new', 'newer']);
    });

    it('ends a read up to a future sequence when it has come', async () => {
      const reading = readAll(log, { from: 1, until: 3 });
      for (const text of ['a', 'b', 'c', 'd']) await log.append('log.user.0', bytes(text));
      expect((await reading).map(textOf)).toEqual(['a', 'b', 'c']);
    });

    it('ends a filtered read up to a future sequence of another subject', async () => {
      const reading = readAll(log, { from: 1, until: 2, subject: 'log.item' });
      await log.append('log.item', bytes('a'));
      await log.append('log.user.0', bytes('b'));
      expect((await reading).map(textOf)).toEqual(['a']);
    });

    it('ends at once when aborted while it waits', async () => {
      const stop = new AbortController();
      const reading = readAll(log, { from: 1, signal: stop.signal });
      stop.abort();
      expect(await reading).toEqual([]);
    });

    it('yields an empty batch when asked to look up now and then', async () => {
      for await (const batch of log.read({ from: 1, maxWaitMs: 30 })) {
        expect(batch).toEqual([]);
        break;
      }
    });

    it('refuses to read on from a position that the log does not have: its tail is lost', async () => {
      await log.append('log.user.0', bytes('a'));
      const failure = await readAll(log, { from: 3 }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(AppError);
      expect(failure).toMatchObject({ code: 'REK_LOG_DAMAGED' });
    });
  });
}

export const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
export const textOf = (message: LogMessage): string => Buffer.from(message.payload).toString('utf8');

export async function readAll(log: EventLog, options: ReadOptions): Promise<LogMessage[]> {
  const messages: LogMessage[] = [];
  for await (const batch of log.read(options)) messages.push(...batch);
  return messages;
}
