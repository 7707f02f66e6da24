/** Asks the server what a stream holds, to tell deletion and expiry from damage. */
import {
  JetStreamApiError,
  type JetStreamManager,
  type StreamInfo,
  type StreamState,
} from '@nats-io/jetstream';
import { AppError } from '#kernel';
import type { LogMessage } from './event-log.js';
import { addToRanges, type Range } from './ranges.js';

/** How long a missing stream counts as a server that is still starting, ms. */
const STREAM_MISSING_MS = 15_000;
const STREAM_NOT_FOUND = 10059;
/** JetStream answers so while a stream has no leader. */
export const UNAVAILABLE = 503;

export class StreamInspector {
  private missingSince: number | undefined;

  constructor(
    private readonly manager: JetStreamManager,
    private readonly stream: string,
  ) {}

  async head(): Promise<number> {
    return (await this.info()).state.last_seq;
  }

  /**
   * @throws AppError REK_LOG_DAMAGED when the stream ends before `next - 1`, or when the message read last is
   * no longer the one it was.
   */
  async assertStillHolds(next: number, lastRead: LogMessage | undefined): Promise<void> {
    const { state } = await this.info();
    if (state.last_seq < next - 1) {
      throw new AppError(
        'REK_LOG_DAMAGED',
        `${this.stream} ends at ${state.last_seq}, before ${next - 1} which was already read: its tail is lost`,
      );
    }
    if (!lastRead || lastRead.sequence < state.first_seq) return;
    const stored = await this.manager.streams.getMessage(this.stream, { seq: lastRead.sequence });
    if (stored && stored.time.getTime() !== lastRead.appendedAt) {
      throw new AppError(
        'REK_LOG_DAMAGED',
        `message ${lastRead.sequence} of ${this.stream} is not the one that was read: its tail was lost and rewritten`,
      );
    }
  }

  /**
   * Whoever may not fetch messages goes by the server's counts. They tell what a killed server lost as it started, but not what was
   * damaged since and nobody has read yet.
   * @throws AppError REK_LOG_UNREADABLE when what is appended now could not be read back
   */
  async assertEndReadable(mayFetch: boolean): Promise<void> {
    const { state } = await this.info();
    if (state.last_seq === 0 || state.first_seq > state.last_seq) return;
    const readable = mayFetch ? await this.holds(state.last_seq) : unaccountedIn(state) === 0;
    if (readable || (await this.endsWithDeletions(mayFetch))) return;
    throw new AppError(
      'REK_LOG_UNREADABLE',
      `${this.stream} ends with message ${state.last_seq}, which the server cannot read: nothing is appended behind it. ` +
        'Start nats-server 2.10 or newer on the same store, or restore it, then run `rekappa verify`',
    );
  }

  /** False too where the server stumbles over the message. */
  private async holds(sequence: number): Promise<boolean> {
    try {
      return (await this.manager.streams.getMessage(this.stream, { seq: sequence })) !== null;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.status !== UNAVAILABLE) return false;
      throw error;
    }
  }

  /** Whether the server knows where its last messages, or all that are missing, went: deleted, expired, or lost in another block. */
  private async endsWithDeletions(mayFetch: boolean): Promise<boolean> {
    const { config, state } = await this.info(true);
    if (state.first_seq > state.last_seq) return true;
    const deleted = state.deleted ?? [];
    return mayFetch
      ? !config.deny_delete && deleted.includes(state.last_seq)
      : unaccountedIn(state) === deleted.length;
  }

  /** @throws AppError REK_LOG_DAMAGED when a sequence of from..to is missing and nobody deleted it. */
  async assertDeleted(from: number, to: number): Promise<void> {
    const { config, state } = await this.info(true);
    const expires = [config.max_age, config.max_bytes, config.max_msgs, config.max_msgs_per_subject].some(
      (limit) => (limit ?? 0) > 0,
    );
    if (expires) return;
    const damaged = (sequence: number) =>
      new AppError(
        'REK_LOG_DAMAGED',
        `${this.stream} lacks sequences ${from} to ${to}, and ${sequence} was not deleted: run \`rekappa verify\``,
      );
    if (config.deny_delete && to >= state.first_seq) throw damaged(Math.max(from, state.first_seq));
    if (config.deny_purge && from < state.first_seq) throw damaged(from);
    const deleted = new Set(state.deleted ?? []);
    for (let sequence = Math.max(from, state.first_seq); sequence <= to; sequence++) {
      if (!deleted.has(sequence)) throw damaged(sequence);
    }
  }

  /**
   * Ranges within from..to that the stream lacks although it denies deletion, of any subject: nothing says any more whose
   * they were. After some damage the server counts fewer messages than sequences, but names none: then all of from..to.
   */
  async lostWithin(from: number, to: number): Promise<Range[]> {
    const { config, state } = await this.info(true);
    if (!config.deny_delete || state.last_seq < state.first_seq) return [];
    const deleted = state.deleted ?? [];
    const end = Math.min(to, state.last_seq);
    if (unaccountedIn(state) > deleted.length) return [{ from, to: end }];
    const lost: Range[] = [];
    for (const sequence of deleted)
      if (sequence >= from && sequence <= end) addToRanges(lost, sequence, sequence);
    return lost;
  }

  private async info(deletedDetails = false): Promise<StreamInfo> {
    try {
      const info = await this.manager.streams.info(
        this.stream,
        deletedDetails ? { deleted_details: true } : undefined,
      );
      this.missingSince = undefined;
      return info;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) {
        this.missingSince ??= performance.now();
        if (performance.now() - this.missingSince > STREAM_MISSING_MS) {
          throw new AppError('REK_LOG_DAMAGED', `the stream ${this.stream} does not exist any more`);
        }
      }
      throw error;
    }
  }
}

/** Sequences for which the server counts no message. */
function unaccountedIn({ first_seq, last_seq, messages }: StreamState): number {
  return last_seq - first_seq + 1 - messages;
}
