/** EventLog over one JetStream stream. Durable when the server has acknowledged (docs/promises.md, 10: against a power cut only where the server syncs always). */
import {
  JetStreamApiError,
  jetstreamManager,
  type JetStreamManager,
  type StoredMsg,
} from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { AppError, errorMessage } from '#kernel';
import { AckWindow, type AckWindowOptions } from './ack-window.js';
import { AppendGate } from './append-gate.js';
import type { AppendOptions, EventLog, LogMessage, ReadOptions } from './event-log.js';
import { answerOf, type NatsConnection } from './nats-connection.js';
import { OrderedReader } from './ordered-reader.js';
import { StreamInspector, UNAVAILABLE } from './stream-inspector.js';

const MESSAGE_ID = 'Nats-Msg-Id';
const EXPECTED_LAST_SUBJECT_SEQUENCE = 'Nats-Expected-Last-Subject-Sequence';
const API_TIMEOUT_MS = 5_000;

/** The JetStream API of a connection; asks nothing of the server yet. */
export function managerOf(connection: NatsConnection): Promise<JetStreamManager> {
  return jetstreamManager(connection, { checkAPI: false, timeout: API_TIMEOUT_MS });
}

export interface NatsEventLogOptions extends AckWindowOptions {
  /** Whether the connection's user may fetch messages of the stream. Default true. */
  readonly mayFetch?: boolean;
}

export class NatsEventLog implements EventLog {
  private readonly window: AckWindow;
  private readonly gate: AppendGate;

  constructor(
    private readonly connection: NatsConnection,
    private readonly manager: JetStreamManager,
    /** Stream name and subject prefix, both with the namespace. */
    readonly name: string,
    private readonly prefix: string,
    options: NatsEventLogOptions,
  ) {
    this.window = new AckWindow(connection, options);
    this.gate = new AppendGate(connection, options.inFlightMax, () =>
      this.assertEndReadable(options.mayFetch ?? true),
    );
  }

  append(subject: string, payload: Uint8Array, options?: AppendOptions): Promise<number> {
    return this.gate.pass(() => this.window.publish(this.prefix + subject, payload, headersOf(options)));
  }

  read(options: ReadOptions): AsyncGenerator<LogMessage[]> {
    const { connection, manager, name, prefix } = this;
    return new OrderedReader({ connection, manager, stream: name, prefix }, options).batches();
  }

  async last(subject: string): Promise<LogMessage | undefined> {
    const stored = await this.ask(({ streams }) =>
      streams.getMessage(this.name, { last_by_subj: this.prefix + subject }),
    );
    return stored ? this.fromStored(stored) : undefined;
  }

  async head(): Promise<number> {
    return (await this.ask(({ streams }) => streams.info(this.name))).state.last_seq;
  }

  async count(subject?: string): Promise<number> {
    const only = subject ? { subjects_filter: this.prefix + subject } : undefined;
    const { state } = await this.ask(({ streams }) => streams.info(this.name, only));
    if (!only) return state.messages;
    return Object.values(state.subjects ?? {}).reduce((sum, n) => sum + n, 0);
  }

  async remove(sequence: number): Promise<boolean> {
    try {
      return await this.ask(({ streams }) => streams.deleteMessage(this.name, sequence));
    } catch (error) {
      const gone = error instanceof JetStreamApiError && !(await this.holds(sequence));
      if (gone) return false;
      throw error;
    }
  }

  private async holds(sequence: number): Promise<boolean> {
    return (await this.ask(({ streams }) => streams.getMessage(this.name, { seq: sequence }))) !== null;
  }

  /** The server's own refusals pass through; no answer at all is the log's absence, which callers may wait out. */
  private async ask<T>(request: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    try {
      return await answerOf(this.connection, request(this.manager));
    } catch (error) {
      if (error instanceof AppError || (error instanceof JetStreamApiError && error.status !== UNAVAILABLE))
        throw error;
      throw this.unavailable(error);
    }
  }

  /** Appends not yet acknowledged. */
  get inFlight(): number {
    return this.window.inFlight + this.gate.length;
  }

  private async assertEndReadable(mayFetch: boolean): Promise<void> {
    const inspector = new StreamInspector(this.manager, this.name);
    try {
      await answerOf(this.connection, inspector.assertEndReadable(mayFetch));
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw this.unavailable(error);
    }
  }

  private unavailable(cause: unknown): AppError {
    return new AppError('REK_LOG_UNAVAILABLE', `${this.name}: ${errorMessage(cause)}`, undefined, { cause });
  }

  private fromStored(stored: StoredMsg): LogMessage {
    return {
      sequence: stored.seq,
      subject: stored.subject.slice(this.prefix.length),
      payload: stored.data,
      appendedAt: stored.time.getTime(),
      header: (name) => stored.header?.get(name) || undefined,
    };
  }
}

function headersOf(options: AppendOptions | undefined): MsgHdrs | undefined {
  if (!options) return undefined;
  const { messageId, expectedLastSubjectSequence, headers: own } = options;
  const result = headers();
  if (messageId !== undefined) result.set(MESSAGE_ID, messageId);
  if (expectedLastSubjectSequence !== undefined)
    result.set(EXPECTED_LAST_SUBJECT_SEQUENCE, String(expectedLastSubjectSequence));
  for (const [name, value] of Object.entries(own ?? {})) result.set(name, value);
  return result;
}
