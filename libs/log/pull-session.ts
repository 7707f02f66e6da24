/**
 * One ephemeral pull consumer, from one stream sequence on. A session never repairs itself: when deliveries get
 * lost, the server restarts or goes silent it says `broken`, and the reader opens the next one.
 *
 * Back-pressure: the server sends only what was pulled, and pulls are renewed only while few messages and
 * bytes wait in the buffer. So a slow reader costs memory for two batches, never a slow-consumer disconnect.
 */
import { AckPolicy, DeliverPolicy, ReplayPolicy, type JetStreamManager } from '@nats-io/jetstream';
import { nanos, nuid, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { DeliveredMessage } from './delivered-message.js';
import { inboxOf } from './nats-connection.js';

const PULL_EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 1_000;
/** Silence, in spite of heartbeats asked for, after which the consumer counts as lost, ms. */
const SILENCE_MS = 3_500;
/** The server forgets a consumer that nobody pulls from after this long, ms. */
const INACTIVE_MS = 60_000;
const BUFFER_BYTES_MAX = 4 * 1024 * 1024;
/** Subject, headers and protocol around a payload, as the server counts a pull's bytes. */
const MESSAGE_OVERHEAD_BYTES = 64 * 1024;

export interface SessionOptions {
  readonly stream: string;
  readonly from: number;
  /** With the namespace's prefix. */
  readonly filter?: string;
  readonly prefixLength: number;
  readonly batchMax: number;
  /** Called when there is something to look at: a message, or the end of the session. */
  readonly wake: () => void;
}

interface Pull {
  readonly id: string;
  left: number;
}

export class PullSession {
  /** Why the session cannot go on; what is buffered is still good. */
  broken: string | undefined;
  /** Delivery sequence of the last message received: how many there were. */
  received = 0;
  /** When something last came, heartbeats included, ms of `performance.now`. */
  lastSign = performance.now();

  private readonly inbox: string;
  private readonly consumer = `rekappa_${nuid.next()}`;
  private readonly pulls: Pull[] = [];
  private readonly buffer: DeliveredMessage[] = [];
  private readonly bytesMax: number;
  private readonly subscription: Subscription;
  private bufferedBytes = 0;
  private requested = 0;
  private serial = 0;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly manager: JetStreamManager,
    private readonly options: SessionOptions,
  ) {
    this.inbox = inboxOf(connection);
    this.bytesMax = Math.max(BUFFER_BYTES_MAX, (connection.info?.max_payload ?? 0) + MESSAGE_OVERHEAD_BYTES);
    this.subscription = connection.subscribe(`${this.inbox}.*`, {
      callback: (_error, message) => this.receive(message),
    });
  }

  static async open(
    connection: NatsConnection,
    manager: JetStreamManager,
    options: SessionOptions,
  ): Promise<PullSession> {
    const session = new PullSession(connection, manager, options);
    try {
      await manager.consumers.add(options.stream, {
        name: session.consumer,
        ack_policy: AckPolicy.None,
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: options.from,
        replay_policy: ReplayPolicy.Instant,
        inactive_threshold: nanos(INACTIVE_MS),
        mem_storage: true,
        num_replicas: 1,
        ...(options.filter ? { filter_subject: options.filter } : {}),
      });
    } catch (error) {
      session.subscription.unsubscribe();
      throw error;
    }
    session.refill();
    return session;
  }

  get waiting(): number {
    return this.buffer.length;
  }

  /** Hands out what has arrived, at most `max` messages, and asks for more. */
  take(max: number): DeliveredMessage[] {
    const batch = this.buffer.length <= max ? this.buffer.splice(0) : this.buffer.splice(0, max);
    for (const message of batch) this.bufferedBytes -= message.payload.byteLength;
    this.refill();
    return batch;
  }

  /** Called every now and then by the reader while it waits. */
  watch(now: number): void {
    if (this.pulls.length > 0 && now - this.lastSign > SILENCE_MS) this.fail('the server has gone silent');
  }

  /** Restarts the watch for silence: the reader was busy, not the server. */
  resume(now: number): void {
    this.lastSign = now;
  }

  /** Whether everything the consumer selects has been received; a request to the server. */
  async drained(): Promise<boolean> {
    const info = await this.manager.consumers.info(this.options.stream, this.consumer);
    return info.num_pending === 0 && info.delivered.consumer_seq === this.received;
  }

  fail(reason: string): void {
    this.broken ??= reason;
    this.options.wake();
  }

  close(): void {
    this.subscription.unsubscribe();
    if (!this.connection.isClosed()) {
      this.manager.consumers.delete(this.options.stream, this.consumer).catch(() => undefined); // else its inactivity removes it
    }
  }

  private receive(message: Msg): void {
    if (this.broken) return;
    this.lastSign = performance.now();
    if (message.reply) this.deliver(message);
    else this.status(message);
  }

  private deliver(message: Msg): void {
    const delivered = new DeliveredMessage(message, this.options.prefixLength);
    if (delivered.deliverySequence !== this.received + 1) {
      return this.fail(`delivery ${delivered.deliverySequence} follows ${this.received}`);
    }
    this.received = delivered.deliverySequence;
    const pull = this.pulls[0];
    if (pull) {
      this.requested--;
      if (--pull.left === 0) this.pulls.shift();
    }
    this.buffer.push(delivered);
    this.bufferedBytes += delivered.payload.byteLength;
    this.options.wake();
  }

  /** 100 is a heartbeat; 404, 408 and 409 end one pull; anything else ends the session. */
  private status(message: Msg): void {
    const code = message.headers?.code ?? 0;
    if (code === 100) return;
    if (code !== 404 && code !== 408 && code !== 409)
      return this.fail(`the server answered ${code} ${message.headers?.description}`);
    if (message.headers?.description.toLowerCase().includes('consumer'))
      return this.fail(message.headers.description);
    const id = message.subject.slice(this.inbox.length + 1);
    const at = this.pulls.findIndex((pull) => pull.id === id);
    if (at < 0) return;
    this.requested -= this.pulls[at]!.left;
    this.pulls.splice(at, 1);
    this.refill();
  }

  private refill(): void {
    const { batchMax, stream } = this.options;
    if (this.broken || this.bufferedBytes > this.bytesMax / 2) return;
    const held = this.requested + this.buffer.length;
    if (held > batchMax) return;
    const pull: Pull = { id: (this.serial++).toString(36), left: 2 * batchMax - held };
    if (this.pulls.length === 0) this.lastSign = performance.now();
    this.pulls.push(pull);
    this.requested += pull.left;
    const request = {
      batch: pull.left,
      max_bytes: this.bytesMax,
      expires: nanos(PULL_EXPIRES_MS),
      idle_heartbeat: nanos(HEARTBEAT_MS),
    };
    try {
      this.connection.publish(
        `$JS.API.CONSUMER.MSG.NEXT.${stream}.${this.consumer}`,
        JSON.stringify(request),
        {
          reply: `${this.inbox}.${pull.id}`,
        },
      );
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }
}
