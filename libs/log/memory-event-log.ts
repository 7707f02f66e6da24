/** EventLog in memory: for unit tests and shadows. Same promises as the server's, except that it dies with the process. */
import { AppError, systemClock, type Clock } from '#kernel';
import {
  READ_BATCH_MAX,
  subjectMatches,
  type AppendOptions,
  type EventLog,
  type LogMessage,
  type ReadOptions,
} from './event-log.js';

export class MemoryEventLog implements EventLog {
  /** undefined: removed. */
  private readonly messages: (LogMessage | undefined)[] = [];
  private readonly lastOfSubject = new Map<string, LogMessage>();
  private readonly sequenceOfId = new Map<string, number>();
  private readonly waiting = new Set<() => void>();

  constructor(
    readonly name = 'MEMORY',
    private readonly clock: Clock = systemClock,
  ) {}

  async append(subject: string, payload: Uint8Array, options: AppendOptions = {}): Promise<number> {
    const { messageId, expectedLastSubjectSequence: expected } = options;
    const known = messageId === undefined ? undefined : this.sequenceOfId.get(messageId);
    if (known !== undefined) return known;
    const last = this.lastOfSubject.get(subject)?.sequence ?? 0;
    if (expected !== undefined && expected !== last) {
      throw new AppError(
        'REK_STALE_EPOCH',
        `expected ${expected} as the last sequence of ${subject}; it is ${last}`,
      );
    }
    const message = this.store(subject, payload, options);
    if (messageId !== undefined) this.sequenceOfId.set(messageId, message.sequence);
    for (const wake of this.waiting) wake();
    return message.sequence;
  }

  async *read(options: ReadOptions): AsyncGenerator<LogMessage[]> {
    const batchMax = options.batchMax ?? READ_BATCH_MAX;
    const until = options.until ?? Infinity;
    let next = options.from;
    if (this.messages.length < next - 1) {
      throw new AppError(
        'REK_LOG_DAMAGED',
        `${this.name} ends at ${this.messages.length}, before ${next - 1} which was already read`,
      );
    }
    while (!options.signal?.aborted && next <= until) {
      const batch: LogMessage[] = [];
      while (next <= until && next <= this.messages.length && batch.length < batchMax) {
        const message = this.messages[next++ - 1];
        if (message && (!options.subject || subjectMatches(options.subject, message.subject)))
          batch.push(message);
      }
      if (batch.length > 0) yield batch;
      else if (next > this.messages.length && next <= until) {
        const arrived = await this.arrival(options);
        if (!arrived) yield [];
      }
    }
  }

  async last(subject: string): Promise<LogMessage | undefined> {
    return this.lastOfSubject.get(subject);
  }

  async head(): Promise<number> {
    return this.messages.length;
  }

  async count(subject?: string): Promise<number> {
    return this.messages.filter((m) => m && (!subject || subjectMatches(subject, m.subject))).length;
  }

  async remove(sequence: number): Promise<boolean> {
    const held = this.messages[sequence - 1] !== undefined;
    if (held) this.messages[sequence - 1] = undefined;
    return held;
  }

  private store(subject: string, payload: Uint8Array, options: AppendOptions): LogMessage {
    const headers = { ...options.headers };
    const message: LogMessage = {
      sequence: this.messages.length + 1,
      subject,
      payload: Uint8Array.from(payload),
      appendedAt: this.clock.now(),
      header: (name) => headers[name],
    };
    this.messages.push(message);
    this.lastOfSubject.set(subject, message);
    return message;
  }

  /** Waits for an append or an abort (true), or for `maxWaitMs` to pass (false). */
  private arrival({ signal, maxWaitMs }: ReadOptions): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (arrived: boolean) => {
        this.waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        clearTimeout(timer);
        resolve(arrived);
      };
      const wake = () => finish(true);
      const timer = maxWaitMs === undefined ? undefined : setTimeout(() => finish(false), maxWaitMs);
      this.waiting.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}
