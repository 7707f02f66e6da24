/**
 * LOG as lines of JSON, one event each, in its order:
 *
 *     {"sequence":12,"index":0,"appendedAt":"2026-01-31T12:00:00.000Z","event":{…}}
 *
 * Events of users are opened where they were sealed; those of erased users stay events of the kind `sealed`. What readers of LOG
 * refuse is left out, and what is damaged or missing is passed over: the account names both. Holds one batch of messages.
 */
import {
  decodeItemFrame,
  decodeUserFrame,
  isUserEvent,
  type FrameEntry,
  type LogEvent,
  partitionOfSubject,
} from '#events';
import { partitionOf } from '#kernel';
import { addToRanges, type LogMessage, type LogTopology, type Range } from '#log';
import { SealedReader, type KeySource } from '#privacy';

/** A frame has up to a thousand events. */
const BATCH_MESSAGES = 100;
const REASONS_MAX = 20;

export interface ExportOptions {
  /** First sequence, and the last: not beyond the head. */
  readonly from: number;
  readonly last: number;
  /** Only what the server stored from then on, and up to then, ms. */
  readonly since?: number;
  readonly before?: number;
  /** Default: all. */
  readonly kinds?: readonly LogEvent['kind'][];
  /** Only events whose `userId` this is. */
  readonly user?: string;
  /** Sealed events are not opened: what is written goes with its users' keys, as LOG does. */
  readonly keepSealed: boolean;
  /** Undefined without a master key: then a sealed event that is to be opened ends the export. */
  readonly keys: KeySource | undefined;
  readonly signal: AbortSignal;
  readonly progress: (sequence: number, events: number) => void;
}

export interface Refused {
  readonly sequence: number;
  readonly index: number;
  readonly reason: string;
}

export class LogExport {
  events = 0;
  /** LOG was exported up to here. */
  through: number;
  /** Those of the events that are written sealed. */
  sealed = 0;
  refused = 0;
  /** The first REASONS_MAX. */
  readonly reasons: Refused[] = [];
  readonly missing: Range[] = [];
  readonly damaged: Range[] = [];
  private readonly kinds: ReadonlySet<string> | undefined;
  private readonly reader: SealedReader | undefined;

  constructor(
    private readonly topology: LogTopology,
    private readonly options: ExportOptions,
  ) {
    this.through = options.from - 1;
    this.kinds = options.kinds && new Set(options.kinds);
    this.reader = options.keepSealed ? undefined : new SealedReader(options.keys, topology.partitions);
  }

  /**
   * The lines of one message at a time, each with its newline. Ends early, with whole messages, when interrupted.
   * @throws AppError REK_KEY_LOST, REK_STORE_UNAVAILABLE, REK_LOG_UNAVAILABLE
   */
  async *lines(): AsyncGenerator<string> {
    const { from, last, since = -Infinity, before = Infinity, signal, progress } = this.options;
    if (from > last) return;
    const onGap = (first: number, to: number): void => addToRanges(this.missing, first, to);
    const subject = this.subject();
    const range = { from, until: last, ...(subject !== undefined && { subject }) };
    for await (const batch of this.topology.log.read({
      ...range,
      signal,
      onGap,
      batchMax: BATCH_MESSAGES,
    })) {
      const wanted = batch.filter(({ appendedAt }) => appendedAt >= since && appendedAt <= before);
      const opened = await this.entriesOf(wanted);
      for (const [at, message] of wanted.entries()) {
        const text = this.textOf(message, opened[at]!);
        if (text !== '') yield text;
        this.through = message.sequence;
      }
      progress(batch.at(-1)!.sequence, this.events);
      if (batch.some(({ appendedAt }) => appendedAt > before)) return;
    }
    if (!signal.aborted) this.through = last;
  }

  /** Where all that is wanted stands, if that is one subject. */
  private subject(): string | undefined {
    const { user } = this.options;
    const { subjects, partitions } = this.topology;
    return user === undefined ? undefined : subjects.user(partitionOf(user, partitions));
  }

  private async entriesOf(messages: readonly LogMessage[]): Promise<readonly (readonly FrameEntry[])[]> {
    const { partitions } = this.topology;
    const frames = messages.map((message) => {
      const partition = partitionOfSubject(message.subject);
      const entries =
        partition === undefined ? decodeItemFrame(message) : decodeUserFrame(message, partition, partitions);
      return { sequence: message.sequence, partition, entries };
    });
    return this.reader ? this.reader.open(frames) : frames.map(({ entries }) => entries);
  }

  private textOf({ sequence, appendedAt }: LogMessage, entries: readonly FrameEntry[]): string {
    const at = new Date(appendedAt).toISOString();
    let text = '';
    for (const entry of entries) {
      if ('rejection' in entry) this.refuse(sequence, entry);
      else if (this.wants(entry.event)) {
        this.events++;
        if (entry.event.kind === 'sealed') this.sealed++;
        const { index, event } = entry;
        text += `${JSON.stringify({ sequence, index, appendedAt: at, event })}\n`;
      }
    }
    return text;
  }

  private wants(event: LogEvent): boolean {
    const { user } = this.options;
    if (user !== undefined && !(isUserEvent(event) && event.userId === user)) return false;
    return this.kinds?.has(event.kind) ?? true;
  }

  private refuse(sequence: number, { index, rejection }: Extract<FrameEntry, { rejection: unknown }>): void {
    if (rejection.code === 'REK_LOG_DAMAGED') return addToRanges(this.damaged, sequence, sequence);
    this.refused++;
    if (this.reasons.length < REASONS_MAX)
      this.reasons.push({ sequence, index, reason: `${rejection.message} (${rejection.code})` });
  }
}
