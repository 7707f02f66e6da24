/**
 * Publishes events as frames. Events of one subject that come within a few milliseconds, or while the
 * frame before them is under way, share a frame; so the frames grow with the load.
 *
 * Order: the events of one subject are stored in the order of the calls, because one frame a subject is under way at a
 * time; subjects proceed concurrently. An unacknowledged frame is sent again, under the same message id, a
 * bounded number of times. A frame that is given up may or may not be stored: whoever publishes its events
 * again keeps their event ids, and the fold drops the duplicates.
 */
import { createHash } from 'node:crypto';
import { AppError, partitionOf, retry } from '#kernel';
import {
  checksumOf,
  CRC_HEADER,
  FRAME_BYTES_MAX,
  FRAME_EVENTS_MAX,
  isItemEvent,
  type LogEvent,
} from '#events';
import type { LogTopology } from './topology.js';

export interface Acknowledgement {
  /** LOG sequence of the frame that holds the event. */
  readonly sequence: number;
  /** The event's place in the frame. */
  readonly index: number;
}

export interface FramePublisherOptions {
  /** How long an event waits for company, ms. Default 2. */
  readonly packMs?: number;
  /** Most frames under way, over all subjects. Default 1,024. */
  readonly inFlightMax?: number;
  /** Most events waiting for a frame; more is refused with REK_OVERLOADED. Default 100,000. */
  readonly queuedEventsMax?: number;
  /** Most bytes waiting for a frame; more is refused with REK_OVERLOADED. Default 64 MiB. */
  readonly queuedBytesMax?: number;
  /** Most events in a frame. Default and upper bound: FRAME_EVENTS_MAX. */
  readonly frameEventsMax?: number;
  /** How often a frame is sent before it is given up with REK_LOG_UNAVAILABLE. Default 30: about 15 s without a server. */
  readonly attempts?: number;
}

const RETRY_BASE_MS = 50;
const RETRY_CAP_MS = 1_000;
/** Room for headers and brackets under the server's max_payload. */
const FRAME_MARGIN_BYTES = 1_024;

interface Waiting {
  readonly json: string;
  readonly bytes: number;
  readonly id: string;
  resolve(acknowledgement: Acknowledgement): void;
  reject(error: unknown): void;
}

/** The events of one subject that wait, and whether a frame of it is under way. */
interface Lane {
  readonly subject: string;
  waiting: Waiting[];
  bytes: number;
  /** When the oldest waiting event came, ms of `performance.now`. */
  since: number;
  timer: NodeJS.Timeout | undefined;
  busy: boolean;
  /** Full, old enough or flushed: goes as soon as it may. */
  due: boolean;
}

export class FramePublisher {
  private readonly lanes = new Map<string, Lane>();
  private readonly ready: Lane[] = [];
  private readonly packMs: number;
  private readonly inFlightMax: number;
  private readonly queuedEventsMax: number;
  private readonly queuedBytesMax: number;
  private readonly frameEventsMax: number;
  private readonly frameBytesMax: number;
  private readonly attempts: number;
  private readonly roomWanted: (() => void)[] = [];
  private readonly idleWanted: (() => void)[] = [];
  private queuedEvents = 0;
  private queuedBytes = 0;
  private inFlight = 0;
  private closed = false;

  constructor(
    private readonly topology: LogTopology,
    options: FramePublisherOptions = {},
  ) {
    this.packMs = options.packMs ?? 2;
    this.inFlightMax = options.inFlightMax ?? 1_024;
    this.queuedEventsMax = options.queuedEventsMax ?? 100_000;
    this.queuedBytesMax = options.queuedBytesMax ?? 64 * 1024 * 1024;
    this.frameEventsMax = Math.min(FRAME_EVENTS_MAX, options.frameEventsMax ?? FRAME_EVENTS_MAX);
    this.frameBytesMax = Math.min(FRAME_BYTES_MAX, topology.payloadBytesMax - FRAME_MARGIN_BYTES);
    this.attempts = options.attempts ?? 30;
  }

  /**
   * Resolves when the stream has acknowledged the event's frame. The event must be a checked one (parseEvent).
   * A `tick` belongs to no user: its `partition` must be given.
   * @throws AppError REK_OVERLOADED (see `room`), REK_LOG_UNAVAILABLE, REK_BODY_TOO_LARGE, REK_NOT_READY once closed.
   */
  publish(event: LogEvent, partition?: number): Promise<Acknowledgement> {
    const json = JSON.stringify(event);
    const bytes = Buffer.byteLength(json);
    const refusal = this.refusalOf(bytes);
    if (refusal) return Promise.reject(refusal);
    const lane = this.laneOf(event, partition);
    return new Promise((resolve, reject) => {
      this.enqueue(lane, { json, bytes, id: identityOf(event), resolve, reject });
    });
  }

  /** Resolves when the queue is at most half full: how an import waits instead of being refused. */
  async room(): Promise<void> {
    while (!this.roomy()) await new Promise<void>((resolve) => this.roomWanted.push(resolve));
  }

  /** Events that wait or are under way. */
  get backlog(): number {
    return this.queuedEvents;
  }

  /** Sends what waits now and resolves when nothing is under way any more, acknowledged or given up. */
  async flush(): Promise<void> {
    for (const lane of this.lanes.values()) if (lane.waiting.length > 0) this.makeDue(lane);
    while (this.queuedEvents > 0) await new Promise<void>((resolve) => this.idleWanted.push(resolve));
  }

  /** Refuses new events and flushes. */
  async close(): Promise<void> {
    this.closed = true;
    await this.flush();
  }

  private refusalOf(bytes: number): AppError | undefined {
    if (this.closed) return new AppError('REK_NOT_READY', 'the publisher is closed');
    if (bytes > this.frameBytesMax)
      return new AppError('REK_BODY_TOO_LARGE', `an event of ${bytes} bytes exceeds ${this.frameBytesMax}`);
    if (this.queuedEvents >= this.queuedEventsMax || this.queuedBytes + bytes > this.queuedBytesMax) {
      return new AppError(
        'REK_OVERLOADED',
        `${this.queuedEvents} events (${this.queuedBytes} bytes) wait for the log`,
      );
    }
    return undefined;
  }

  private laneOf(event: LogEvent, partition: number | undefined): Lane {
    const subject = this.subjectOf(event, partition);
    let lane = this.lanes.get(subject);
    if (!lane) {
      lane = { subject, waiting: [], bytes: 0, since: 0, timer: undefined, busy: false, due: false };
      this.lanes.set(subject, lane);
    }
    return lane;
  }

  private subjectOf(event: LogEvent, partition: number | undefined): string {
    const { subjects, partitions } = this.topology;
    if (isItemEvent(event)) return subjects.item;
    if (partition !== undefined) return subjects.user(partition);
    if (event.kind === 'tick') throw new AppError('REK_INTERNAL', 'a tick needs its partition');
    return subjects.user(partitionOf(event.userId, partitions));
  }

  private enqueue(lane: Lane, entry: Waiting): void {
    if (lane.waiting.length === 0) lane.since = performance.now();
    lane.waiting.push(entry);
    lane.bytes += entry.bytes + 1;
    this.queuedEvents++;
    this.queuedBytes += entry.bytes;
    if (lane.waiting.length >= this.frameEventsMax || lane.bytes >= this.frameBytesMax) this.makeDue(lane);
    else if (!lane.busy && !lane.due) lane.timer ??= setTimeout(() => this.makeDue(lane), this.packMs);
  }

  private makeDue(lane: Lane): void {
    clearTimeout(lane.timer);
    lane.timer = undefined;
    if (lane.due || lane.busy) return;
    lane.due = true;
    this.ready.push(lane);
    this.dispatch();
  }

  private dispatch(): void {
    while (this.inFlight < this.inFlightMax) {
      const lane = this.ready.shift();
      if (!lane) return;
      lane.due = false;
      lane.busy = true;
      this.inFlight++;
      void this.send(lane, this.cut(lane));
    }
  }

  /** The next frame's events. */
  private cut(lane: Lane): Waiting[] {
    let count = 0;
    let bytes = 2;
    for (const entry of lane.waiting) {
      if (count === this.frameEventsMax || (count > 0 && bytes + entry.bytes + 1 > this.frameBytesMax)) break;
      bytes += entry.bytes + 1;
      count++;
    }
    const frame = count === lane.waiting.length ? lane.waiting : lane.waiting.slice(0, count);
    lane.waiting = count === lane.waiting.length ? [] : lane.waiting.slice(count);
    for (const entry of frame) lane.bytes -= entry.bytes + 1;
    return frame;
  }

  private async send(lane: Lane, frame: Waiting[]): Promise<void> {
    const payload = encode(frame);
    const options = {
      messageId: messageIdOf(lane.subject, frame),
      headers: { [CRC_HEADER]: checksumOf(payload) },
    };
    try {
      const sequence = await retry(() => this.topology.log.append(lane.subject, payload, options), {
        attempts: this.attempts,
        baseMs: RETRY_BASE_MS,
        capMs: RETRY_CAP_MS,
        retryable: (error) => error instanceof AppError && error.retryable,
      });
      for (let index = 0; index < frame.length; index++) frame[index]!.resolve({ sequence, index });
    } catch (error) {
      for (const entry of frame) entry.reject(error);
    }
    this.settled(lane, frame);
  }

  private settled(lane: Lane, frame: Waiting[]): void {
    this.inFlight--;
    lane.busy = false;
    this.queuedEvents -= frame.length;
    for (const entry of frame) this.queuedBytes -= entry.bytes;
    const wait = lane.since + this.packMs - performance.now();
    if (lane.waiting.length > 0) {
      if (wait <= 0 || this.idleWanted.length > 0 || lane.bytes >= this.frameBytesMax) this.makeDue(lane);
      else lane.timer ??= setTimeout(() => this.makeDue(lane), wait);
    }
    this.dispatch();
    if (this.queuedEvents === 0) for (const resolve of this.idleWanted.splice(0)) resolve();
    if (this.roomy()) for (const resolve of this.roomWanted.splice(0)) resolve();
  }

  private roomy(): boolean {
    return this.queuedEvents <= this.queuedEventsMax / 2 && this.queuedBytes <= this.queuedBytesMax / 2;
  }
}

function encode(frame: readonly Waiting[]): Uint8Array {
  if (frame.length === 1) return Buffer.from(frame[0]!.json, 'utf8');
  return Buffer.from(`[${frame.map((entry) => entry.json).join(',')}]`, 'utf8');
}

/** Event ids are unique per user or item only. */
function identityOf(event: LogEvent): string {
  if (isItemEvent(event)) return `${event.itemId}\0${event.eventId}`;
  return event.kind === 'tick' ? event.eventId : `${event.userId}\0${event.eventId}`;
}

/** The same events of the same users give the same id; two users' equal event ids do not. */
function messageIdOf(subject: string, frame: readonly Waiting[]): string {
  const hash = createHash('sha1').update(subject);
  for (const entry of frame) hash.update('\0').update(entry.id);
  return hash.digest('base64url');
}
