import { AppError, asEventId, asUserId, partitionOf, type ErrorCode } from '#kernel';
import {
  checksumOf,
  CRC_HEADER,
  decodeFrame,
  encodeFrame,
  FRAME_BYTES_MAX,
  FRAME_EVENTS_MAX,
  type LogEvent,
} from '#events';
import { readAll } from './event-log.contract.js';
import type { AppendOptions, EventLog, LogMessage } from './event-log.js';
import { FramePublisher } from './frame-publisher.js';
import { MemoryEventLog } from './memory-event-log.js';
import { memoryTopology, type LogTopology } from './topology.js';

const PARTITIONS = 4;
const click = (id: string, userId = 'u', extra: Partial<LogEvent> = {}): LogEvent =>
  ({
    kind: 'interaction',
    eventId: asEventId(id),
    userId: asUserId(userId),
    timestamp: 1,
    version: 1,
    type: 'click',
    itemId: 'i',
    ...extra,
  }) as LogEvent;
const hide = (id: string): LogEvent => ({
  kind: 'hide',
  eventId: asEventId(id),
  itemId: 'i',
  timestamp: 1,
  version: 1,
});

/** A log whose appends fail as told before they succeed; `lostAcks` are stored all the same. */
class FlakyLog extends MemoryEventLog {
  failures: ErrorCode[] = [];
  lostAcks = 0;
  underWay = new Map<string, number>();
  mostUnderWay = 0;

  override async append(subject: string, payload: Uint8Array, options?: AppendOptions): Promise<number> {
    const now = (this.underWay.get(subject) ?? 0) + 1;
    this.underWay.set(subject, now);
    this.mostUnderWay = Math.max(this.mostUnderWay, now);
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.underWay.set(subject, now - 1);
    const failure = this.failures.shift();
    if (failure) throw new AppError(failure);
    const sequence = await super.append(subject, payload, options);
    if (this.lostAcks-- > 0) throw new AppError('REK_LOG_UNAVAILABLE');
    return sequence;
  }
}

function withLog(log: EventLog): LogTopology {
  return { ...memoryTopology(PARTITIONS), log };
}

const frames = async (log: EventLog): Promise<LogMessage[]> =>
  readAll(log, { from: 1, until: await log.head() });
const idsOf = (message: LogMessage): string[] =>
  decodeFrame(message.payload).map((e) => ('event' in e ? e.event.eventId : '?'));

describe('packing', () => {
  it('packs the events of a partition that come together, and says where each one stands', async () => {
    const topology = memoryTopology(PARTITIONS);
    const publisher = new FramePublisher(topology, { packMs: 1 });
    const acknowledged = await Promise.all(['a', 'b', 'c'].map((id) => publisher.publish(click(id))));
    expect(acknowledged).toEqual([0, 1, 2].map((index) => ({ sequence: 1, index })));
    const [frame] = await frames(topology.log);
    expect(frame!.subject).toBe(`log.user.${partitionOf('u', PARTITIONS)}`);
    expect(Buffer.from(frame!.payload)).toEqual(encodeFrame(['a', 'b', 'c'].map((id) => click(id))));
    expect(frame!.header(CRC_HEADER)).toBe(checksumOf(frame!.payload));
  });

  it('writes a single event as a plain object', async () => {
    const topology = memoryTopology(PARTITIONS);
    await new FramePublisher(topology, { packMs: 0 }).publish(hide('a'));
    const [frame] = await frames(topology.log);
    expect(frame!.subject).toBe('log.item');
    expect(JSON.parse(Buffer.from(frame!.payload).toString())).toEqual(hide('a'));
  });

  it('splits at the most events and the most bytes of a frame', async () => {
    const topology = memoryTopology(PARTITIONS);
    const publisher = new FramePublisher(topology, { packMs: 1 });
    await Promise.all(
      Array.from({ length: FRAME_EVENTS_MAX + 5 }, (_, i) => publisher.publish(click(`e${i}`))),
    );
    const big = 'x'.repeat(100_000);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => publisher.publish(click(`b${i}`, 'u', { itemId: big }))),
    );
    const stored = await frames(topology.log);
    for (const frame of stored) expect(frame.payload.byteLength).toBeLessThanOrEqual(FRAME_BYTES_MAX);
    expect(stored.map((frame) => JSON.parse(Buffer.from(frame.payload).toString()).length)).toEqual([
      1_000, 5, 7, 7, 6,
    ]);
  });

  it('refuses an event that fits no frame', async () => {
    const publisher = new FramePublisher(memoryTopology(PARTITIONS));
    const huge = click('a', 'u', { itemId: 'x'.repeat(FRAME_BYTES_MAX) });
    await expect(publisher.publish(huge)).rejects.toMatchObject({ code: 'REK_BODY_TOO_LARGE' });
    expect(publisher.backlog).toBe(0);
  });

  it('routes a tick to the partition that is given', async () => {
    const topology = memoryTopology(PARTITIONS);
    const tick: LogEvent = { kind: 'tick', eventId: asEventId('t'), timestamp: 1, version: 1, epoch: 1 };
    await new FramePublisher(topology).publish(tick, 2);
    expect((await topology.log.last('log.user.2'))!.sequence).toBe(1);
  });
});

describe('order and bounds', () => {
  it('keeps one frame a subject under way, and the order of the calls, through failures', async () => {
    const log = new FlakyLog();
    log.failures = ['REK_LOG_UNAVAILABLE', 'REK_OVERLOADED', 'REK_LOG_UNAVAILABLE'];
    const publisher = new FramePublisher(withLog(log), { packMs: 0, frameEventsMax: 3 });
    const ids = Array.from({ length: 30 }, (_, i) => `e${i}`);
    await Promise.all(ids.map((id) => publisher.publish(click(id))));
    expect((await frames(log)).flatMap(idsOf)).toEqual(ids);
    expect(log.mostUnderWay).toBe(1);
  });

  it('stores a frame once though its acknowledgement was lost', async () => {
    const log = new FlakyLog();
    log.lostAcks = 1;
    const acknowledged = await new FramePublisher(withLog(log)).publish(click('a'));
    expect(acknowledged).toEqual({ sequence: 1, index: 0 });
    expect(await log.head()).toBe(1);
  });

  it('does not take equal event ids of two users for one event', async () => {
    const topology = memoryTopology(1);
    const publisher = new FramePublisher(topology, { packMs: 0 });
    await publisher.publish(click('same', 'u1'));
    await publisher.publish(click('same', 'u2'));
    expect(await topology.log.head()).toBe(2);
  });

  it('gives up after the attempts it has, with the reason, and goes on with the next frame', async () => {
    const log = new FlakyLog();
    log.failures = ['REK_LOG_UNAVAILABLE', 'REK_LOG_UNAVAILABLE'];
    const publisher = new FramePublisher(withLog(log), { attempts: 2 });
    await expect(publisher.publish(click('a'))).rejects.toMatchObject({ code: 'REK_LOG_UNAVAILABLE' });
    expect(await publisher.publish(click('b'))).toEqual({ sequence: 1, index: 0 });
  });

  it('refuses what is over its queue, and says when there is room again', async () => {
    const publisher = new FramePublisher(withLog(new FlakyLog()), { queuedEventsMax: 10, packMs: 1 });
    const accepted = Array.from({ length: 10 }, (_, i) => publisher.publish(click(`e${i}`)));
    await expect(publisher.publish(click('over'))).rejects.toMatchObject({ code: 'REK_OVERLOADED' });
    await publisher.room();
    await publisher.publish(click('after'));
    await Promise.all(accepted);
  });

  it('keeps to the most frames under way over all subjects', async () => {
    const log = new FlakyLog();
    let most = 0;
    const append = log.append.bind(log);
    let underWay = 0;
    log.append = async (...args: Parameters<FlakyLog['append']>) => {
      most = Math.max(most, ++underWay);
      return append(...args).finally(() => underWay--);
    };
    const publisher = new FramePublisher(withLog(log), { inFlightMax: 2, packMs: 0, frameEventsMax: 1 });
    await Promise.all(Array.from({ length: 40 }, (_, i) => publisher.publish(click(`e${i}`, `u${i}`))));
    expect(most).toBe(2);
  });

  it('sends at once on flush, and refuses events once closed', async () => {
    const topology = memoryTopology(PARTITIONS);
    const publisher = new FramePublisher(topology, { packMs: 60_000 });
    const one = publisher.publish(click('a'));
    await publisher.flush();
    expect(await one).toEqual({ sequence: 1, index: 0 });
    await publisher.close();
    await expect(publisher.publish(click('b'))).rejects.toMatchObject({ code: 'REK_NOT_READY' });
  });
});
