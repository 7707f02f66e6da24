/**
 * Publishes events as frames. Events of one subject that come within a few milliseconds, or while the
 * frame before them is under way, share a frame; so the frames grow with the load.
 *
 * Order: the events of one subject are stored in the order of the calls, because one frame a subject is under way at a
 * time; subjects proceed concurrently. An unacknowledged frame is sent again, under the same message id, a
 * bounded number of times. A frame that is given up may or may not be stored: whoever publishes its events
 * again keeps their event ids, and the fold drops the duplicates.
 */
import { AppError, errorMessage, partitionOf, retry } from '#kernel';
import {
  checksumOf,
  CRC_HEADER,
  FRAME_BYTES_MAX,
  FRAME_EVENTS_MAX,
  isSharedEvent,
  isUserEvent,
  type LogEvent,
} from '#events';
import {
  bytesInFrame,
  cutFrame,
  encodeWaiting,
  identityOf,
  messageIdOf,
  newLane,
  type Acknowledgement,
  type Lane,
  type Listener,
  type Waiting,
} from './publish-lane.js';
import type { LogTopology } from './topology.js';

export type { Acknowledgement } from './publish-lane.js';

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
  /** Why an event may not be stored, now. Default: each may. */
  readonly refuse?: (event: LogEvent) => AppError | undefined;
  /** Told about each acknowledged frame: for metrics. */
  readonly onFrame?: (events: number, bytes: number) => void;
}

const RETRY_BASE_MS = 50;
const RETRY_CAP_MS = 1_000;
/** Room for headers and brackets under the server's max_payload. */
const FRAME_MARGIN_BYTES = 1_024;

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
  private readonly refuse: FramePublisherOptions['refuse'];
  private readonly onFrame: FramePublisherOptions['onFrame'];
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
    this.refuse = options.refuse;
    this.onFrame = options.onFrame;
  }

  /**
   * Resolves when the stream has acknowledged the event's frame. The event must be a checked one (parseEvent).
   * What does not say in the clear whose it is (`tick`, `sealed`, `forget`) needs its `partition` given.
   * @throws AppError REK_OVERLOADED (see `room`), REK_LOG_UNAVAILABLE, REK_LOG_FULL, REK_LOG_UNREADABLE, REK_BODY_TOO_LARGE, REK_NOT_READY once closed.
   */
  publish(event: LogEvent, partition?: number): Promise<Acknowledgement> {
    return new Promise((resolve, reject) => {
      this.accept(event, partition, 0, {
        acknowledged: (_place, acknowledgement) => resolve(acknowledgement),
        failed: (_place, error) => reject(error),
      });
    });
  }

  /**
   * Publishes events, each for itself, and resolves when all are settled: in the order given, where each one
   * stands or why it does not. Events of one partition that follow each other here do so in the log. Cheaper than as many calls of `publish`.
   */
  publishAll(
    events: readonly LogEvent[],
    partitionOfEach?: readonly (number | undefined)[],
  ): Promise<(Acknowledgement | AppError)[]> {
    return new Promise((resolve) => {
      const results = new Array<Acknowledgement | AppError>(events.length);
      let open = events.length;
      const settle = (place: number, result: Acknowledgement | AppError) => {
        results[place] = result;
        if (--open === 0) resolve(results);
      };
      const listener = {
        acknowledged: settle,
        failed: (place: number, error: unknown) => settle(place, asAppError(error)),
      };
      if (open === 0) resolve(results);
      for (let place = 0; place < events.length; place++)
        this.accept(events[place]!, partitionOfEach?.[place], place, listener);
    });
  }

  /** Resolves when the queue is at most half full: how an import waits instead of being refused. */
  async room(): Promise<void> {
    while (!this.roomy()) await new Promise<void>((resolve) => this.roomWanted.push(resolve));
  }

  /** Whether the next publish would be refused with REK_OVERLOADED, or nearly so: time to wait for `room`. */
  get full(): boolean {
    return (
      this.queuedEvents >= this.queuedEventsMax || this.queuedBytes + this.frameBytesMax > this.queuedBytesMax
    );
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

  private accept(event: LogEvent, partition: number | undefined, place: number, listener: Listener): void {
    const json = JSON.stringify(event);
    const bytes = Buffer.byteLength(json);
    const refusal = this.refusalOf(bytes) ?? this.refuse?.(event);
    if (refusal) return listener.failed(place, refusal);
    this.enqueue(this.laneOf(event, partition), { json, bytes, id: identityOf(event), listener, place });
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
      lane = newLane(subject);
      this.lanes.set(subject, lane);
    }
    return lane;
  }

  private subjectOf(event: LogEvent, partition: number | undefined): string {
    const { subjects, partitions } = this.topology;
    if (isSharedEvent(event)) return subjects.item;
    if (partition !== undefined) return subjects.user(partition);
    if (!isUserEvent(event)) throw new AppError('REK_INTERNAL', `a ${event.kind} needs its partition`);
    return subjects.user(partitionOf(event.userId, partitions));
  }

  private enqueue(lane: Lane, entry: Waiting): void {
    if (lane.waiting.length === 0) lane.since = performance.now();
    lane.waiting.push(entry);
    lane.bytes += bytesInFrame(entry);
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
      void this.send(lane, cutFrame(lane, this.frameEventsMax, this.frameBytesMax));
    }
  }

  private async send(lane: Lane, frame: Waiting[]): Promise<void> {
    const payload = encodeWaiting(frame);
    const options = {
      messageId: messageIdOf(lane.subject, frame),
      headers: { [CRC_HEADER]: checksumOf(payload) },
    };
    try {
      const sequence = await retry(() => this.topology.log.append(lane.subject, payload, options), {
        attempts: this.attempts,
        baseMs: RETRY_BASE_MS,
        capMs: RETRY_CAP_MS,
        retryable: passesSoon,
      });
      this.onFrame?.(frame.length, payload.byteLength);
      for (let index = 0; index < frame.length; index++) {
        const { listener, place } = frame[index]!;
        listener.acknowledged(place, { sequence, index });
      }
    } catch (error) {
      for (const { listener, place } of frame) listener.failed(place, error);
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

/** A full or a damaged disk takes people, not seconds: whoever publishes hears of it at once. */
function passesSoon(error: unknown): boolean {
  if (!(error instanceof AppError) || !error.retryable) return false;
  return error.code !== 'REK_LOG_FULL' && error.code !== 'REK_LOG_UNREADABLE';
}

function asAppError(error: unknown): AppError {
  return error instanceof AppError
    ? error
    : new AppError('REK_INTERNAL', errorMessage(error), undefined, { cause: error });
}
