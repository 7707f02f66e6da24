import { systemClock } from '#kernel';
import { AUDIT_GENESIS, AuditTrail } from './audit-trail.js';
import type { EventLog, LogMessage } from './event-log.js';
import { MemoryEventLog } from './memory-event-log.js';

const drop = (n: number) => ({ actor: 'ann@ops', action: 'dead.drop', target: `${n}` });

async function trailOf(n: number): Promise<{ log: MemoryEventLog; trail: AuditTrail }> {
  const log = new MemoryEventLog('AUDIT');
  const trail = new AuditTrail(log, systemClock);
  for (let i = 0; i < n; i++) await trail.record(drop(i));
  return { log, trail };
}

/** The same stream as somebody with access to the server's files could leave it. */
function tampered(log: EventLog, change: (message: LogMessage) => LogMessage | undefined): AuditTrail {
  const altered = Object.assign(Object.create(log) as EventLog, {
    async *read(options: Parameters<EventLog['read']>[0]) {
      for await (const batch of log.read(options))
        yield batch.map(change).filter((message) => message !== undefined);
    },
  });
  return new AuditTrail(altered, systemClock);
}

const rewritten = (message: LogMessage, from: string, to: string): LogMessage => ({
  ...message,
  payload: Buffer.from(Buffer.from(message.payload).toString().replaceAll(from, to)),
});

describe('the audit trail', () => {
  it('chains what was done, in order, and finds itself sound', async () => {
    const { trail } = await trailOf(5);
    const { entries, broken, head } = await trail.walk();
    expect(entries.map(({ target }) => target)).toEqual(['0', '1', '2', '3', '4']);
    expect(entries[0]!.previous).toBe(AUDIT_GENESIS);
    expect([broken, head]).toEqual([[], entries[4]!.hash]);
  });

  it('does not fork when many write at once', async () => {
    const log = new MemoryEventLog('AUDIT');
    const writers = Array.from({ length: 8 }, () => new AuditTrail(log, systemClock));
    await Promise.all(writers.map((writer, i) => writer.record(drop(i))));
    const { entries, broken } = await writers[0]!.walk();
    expect([entries.length, broken]).toEqual([8, []]);
  });

  it.each([
    ['altered', (m: LogMessage) => (m.sequence === 3 ? rewritten(m, 'ann@ops', 'bob@ops') : m), [3]],
    ['removed', (m: LogMessage) => (m.sequence === 3 ? undefined : m), [4]],
    [
      'made unreadable',
      (m: LogMessage) => (m.sequence === 3 ? { ...m, payload: Buffer.from('{') } : m),
      [3, 4],
    ],
  ])('finds an entry that was %s', async (_, change, broken) => {
    const { log } = await trailOf(5);
    expect((await tampered(log, change).walk()).broken).toEqual(broken);
  });
});
