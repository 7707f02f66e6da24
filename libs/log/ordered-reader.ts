/**
 * Reads a stream in order for ever, over as many sessions as it takes: reconnects, server restarts (kill -9
 * included) and lost deliveries end a session, and the next one starts behind the last message handed out.
 *
 * It refuses to go on when the log is damaged. Three checks: the stream must not end before what was already
 * read; the message read last must still be the same one (its tail was not lost and rewritten); and an unfiltered
 * read must not skip sequences that nobody deleted (LOG and FEEDBACK deny deletion, so there any gap is damage).
 * A bounded, filtered read with `onGap` is told what the server says it lacks.
 */
import type { JetStreamManager } from '@nats-io/jetstream';
import { AppError, errorMessage, sleep } from '#kernel';
import type { DeliveredMessage } from './delivered-message.js';
import { READ_BATCH_MAX, type LogMessage, type ReadOptions } from './event-log.js';
import { linkOf, type Link, type NatsConnection } from './nats-connection.js';
import { PullSession } from './pull-session.js';
import { StreamInspector } from './stream-inspector.js';

/** How often a waiting reader looks for silence and for the end of a bounded read, ms. */
const WATCH_MS = 250;
/** Announced messages that did not come for this long may have been deleted meanwhile: look again, ms. */
const QUIET_MS = 500;
const REOPEN_WAIT_BASE_MS = 20;
const REOPEN_WAIT_CAP_MS = 1_000;

export interface ReaderSource {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly stream: string;
  /** Prefix of the namespace, '' for the default one. */
  readonly prefix: string;
}

export class OrderedReader {
  private readonly inspector: StreamInspector;
  private readonly link: Link;
  private readonly batchMax: number;
  private session: PullSession | undefined;
  private next: number;
  private lastRead: DeliveredMessage | undefined;
  private headReached = false;
  private lossesKnown = false;
  private failedOpens = 0;
  private wake: () => void = () => undefined;

  constructor(
    private readonly source: ReaderSource,
    private readonly options: ReadOptions,
  ) {
    this.inspector = new StreamInspector(source.manager, source.stream);
    this.link = linkOf(source.connection);
    this.batchMax = options.batchMax ?? READ_BATCH_MAX;
    this.next = Math.max(1, options.from);
  }

  async *batches(): AsyncGenerator<LogMessage[]> {
    const { signal, until = Infinity, maxWaitMs } = this.options;
    const wakeUp = () => this.wake();
    const unsubscribe = this.link.subscribe((up) => {
      this.session?.fail(up ? 'reconnected' : 'disconnected');
      this.wake();
    });
    const watch = setInterval(() => this.look(), Math.min(WATCH_MS, maxWaitMs ?? WATCH_MS));
    signal?.addEventListener('abort', wakeUp);
    let idleSince = performance.now();
    try {
      while (!signal?.aborted && this.next <= until) {
        const session = (this.session ??= await this.open());
        if (!session) continue;
        const batch = await this.accept(session.take(this.batchMax));
        if (batch.length > 0) {
          yield batch;
          idleSince = performance.now();
          session.resume(idleSince);
          continue;
        }
        if (await this.finished(session)) return;
        if (session.waiting > 0) continue;
        if (session.broken) this.endSession();
        else await this.arrival();
        if (maxWaitMs !== undefined && performance.now() - idleSince >= maxWaitMs && !this.session?.waiting) {
          yield [];
          idleSince = performance.now();
        }
      }
    } finally {
      clearInterval(watch);
      unsubscribe();
      signal?.removeEventListener('abort', wakeUp);
      this.endSession();
    }
  }

  /** A new session behind the last message; undefined when the server cannot be asked yet. */
  private async open(): Promise<PullSession | undefined> {
    const { connection, manager, stream, prefix } = this.source;
    if (connection.isClosed())
      throw new AppError('REK_LOG_UNAVAILABLE', `the connection that reads ${stream} is closed`);
    if (!this.link.up) {
      await this.arrival();
      return undefined;
    }
    try {
      await this.inspector.assertStillHolds(this.next, this.lastRead);
      await this.lookForLosses();
      const session = await PullSession.open(connection, manager, {
        stream,
        from: this.next,
        filter: this.options.subject ? prefix + this.options.subject : undefined,
        prefixLength: prefix.length,
        batchMax: this.batchMax,
        wake: () => this.wake(),
      });
      this.failedOpens = 0;
      return session;
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (connection.isClosed())
        throw new AppError('REK_LOG_UNAVAILABLE', `${stream}: ${errorMessage(error)}`);
      const wait = Math.min(REOPEN_WAIT_CAP_MS, REOPEN_WAIT_BASE_MS * 2 ** this.failedOpens++);
      await sleep(wait * (0.5 + Math.random() / 2));
      return undefined;
    }
  }

  /** A filtered read cannot tell a lost message from one of another subject: whoever wants to know has the server asked, once. */
  private async lookForLosses(): Promise<void> {
    const { subject, until, onGap } = this.options;
    if (this.lossesKnown || !onGap || !subject || until === undefined) return;
    const lost = await this.inspector.lostWithin(this.next, until);
    this.lossesKnown = true;
    for (const { from, to } of lost) onGap(from, to);
  }

  /** Checks the sequences and cuts at `until`. What cannot be checked now is read again by the next session. */
  private async accept(batch: DeliveredMessage[]): Promise<LogMessage[]> {
    const { until = Infinity } = this.options;
    for (let index = 0; index < batch.length; index++) {
      const message = batch[index]!;
      if (
        message.sequence !== this.next &&
        !(await this.gapExplained(Math.min(message.sequence - 1, until)))
      ) {
        this.endSession();
        return batch.slice(0, index);
      }
      if (message.sequence > until) {
        this.next = until + 1;
        return batch.slice(0, index);
      }
      this.next = message.sequence + 1;
      this.lastRead = message;
    }
    return batch;
  }

  /** Whether everything from `next` to `to` was filtered out or deleted; false when the server cannot tell now. */
  private async gapExplained(to: number): Promise<boolean> {
    if (this.options.subject || to < this.next) return true;
    try {
      await this.inspector.assertDeleted(this.next, to);
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) return false;
      if (!this.options.onGap) throw error;
      this.options.onGap(this.next, to);
      return true;
    }
  }

  /** A bounded read also ends when nothing up to `until` is left to come: filtered out, or deleted. */
  private async finished(session: PullSession): Promise<boolean> {
    const { until } = this.options;
    if (until === undefined) return false;
    if (this.next > until) return true;
    if (session.waiting > 0 || session.broken) return false;
    const moreToCome = session.received > 0 && (this.lastRead?.pending ?? 0) > 0;
    if (moreToCome && performance.now() - session.lastSign < QUIET_MS) return false;
    try {
      this.headReached ||= (await this.inspector.head()) >= until;
      if (!this.headReached || !(await session.drained()) || session.waiting > 0) return false;
    } catch {
      return false; // the session will break, and the next one asks again
    }
    return this.gapExplained(until);
  }

  private arrival(): Promise<void> {
    if (this.options.signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => (this.wake = resolve));
  }

  private look(): void {
    this.session?.watch(performance.now());
    this.wake();
  }

  private endSession(): void {
    this.session?.close();
    this.session = undefined;
  }
}
