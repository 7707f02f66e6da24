/**
 * Folds messages of one partition: decode, open what is sealed (one query for all keys), make the users resident (one query for all of them), fold frame by
 * frame. Gives way to requests every few milliseconds.
 *
 * A fold that throws leaves half-changed users behind, so the state is unsound and the caller restores it from
 * the checkpoint. The frame is then folded event by event, to find the one that throws; the next time that one is
 * left out and put into the dead stream. So a poisonous event costs two restores, and the state is what it
 * would be without the event. (A fold that wants a user it did not name is no fault of the event: the user is made
 * resident and the frame folded again.)
 */
import { NotResident } from '#actor';
import { decodeUserFrame, type FrameEntry } from '#events';
import { AppError, errorMessage } from '#kernel';
import type { LogMessage } from '#log';
import type { DecodedFrame } from '#privacy';
import type { FeedbackEmitter } from '../feedback/feedback-emitter.js';
import type { HostContext } from '../host-context.js';
import type { PartitionState } from './partition-state.js';

/** Poisonous events remembered since the last checkpoint; more means that the fold itself is broken. */
export const POISON_MAX = 1_000;

/** The fold threw: the state is unsound until it is restored. */
export class FoldFailure extends Error {}

interface Frame {
  readonly sequence: number;
  readonly appendedAt: number;
  readonly lastIndex: number;
  readonly entries: readonly FrameEntry[];
}

export interface FolderPorts {
  readonly activate: (users: Iterable<string>) => Promise<void>;
  /** Sealed entries, opened. */
  readonly open: (frames: readonly DecodedFrame[]) => Promise<FrameEntry[][]>;
  /** After each frame. */
  readonly advanced: (sequence: number) => void;
  /** After each frame, when nobody is in the middle of anything. */
  readonly relieve: () => void;
  readonly stopped: () => boolean;
  /** Whether what is folded was appended just now; else latencies say nothing. */
  readonly live: () => boolean;
}

export class FrameFolder {
  /** Sequence of the frame whose fold threw: it is folded event by event. */
  private suspect: number | undefined;
  private readonly poison = new Map<string, number>();
  /** Of what was refused up to here the letters were put, by this owner or by one whose checkpoint waited for them. */
  private buriedThrough = 0;
  /** Users that a fold wanted and did not name before: a fault of the fold, not of the event. */
  private readonly missed = new Set<string>();

  constructor(
    private readonly partition: number,
    private readonly context: HostContext,
    private readonly emitter: FeedbackEmitter,
    private readonly ports: FolderPorts,
  ) {}

  /** @throws FoldFailure; what `activate` throws; stops between frames once the ports say so */
  async fold(state: PartitionState, messages: readonly LogMessage[]): Promise<void> {
    const fresh = messages.filter(({ sequence }) => sequence > state.position);
    const decoded: DecodedFrame[] = [];
    for (const message of fresh) {
      await this.giveWay();
      decoded.push(this.decode(message));
    }
    const opened = await this.ports.open(decoded);
    const frames = fresh.map((message, at) => this.frameOf(message, opened[at]!));
    const entries = frames.flatMap((frame) => frame.entries);
    const appendedAt = frames.reduce((newest, frame) => Math.max(newest, frame.appendedAt), 0);
    await this.ports.activate([...state.fold.required(entries, appendedAt), ...this.missed]);
    for (const frame of frames) {
      await this.giveWay();
      if (this.ports.stopped()) return;
      this.foldFrame(state, frame);
      this.ports.relieve();
    }
  }

  /** A checkpoint stands at `sequence`: events up to it are not folded again. */
  forgetPoison(sequence: number): void {
    this.missed.clear();
    for (const [key, at] of this.poison) if (at <= sequence) this.poison.delete(key);
  }

  private foldFrame(state: PartitionState, frame: Frame): void {
    const { sequence, appendedAt, entries } = frame;
    this.emitter.begin(sequence);
    if (sequence === this.suspect) this.foldOneByOne(state, frame);
    else this.guarded(state, frame, entries, () => (this.suspect = sequence));
    this.emitter.commit({ sequence, index: frame.lastIndex });
    state.position = sequence;
    this.ports.advanced(sequence);
    this.observe(entries, appendedAt);
  }

  private foldOneByOne(state: PartitionState, frame: Frame): void {
    for (const entry of frame.entries) {
      this.guarded(state, frame, [entry], (error) => this.condemn(frame, entry, error));
    }
    this.suspect = undefined;
  }

  private guarded(
    state: PartitionState,
    frame: Frame,
    entries: readonly FrameEntry[],
    failed: (error: unknown) => void,
  ): void {
    try {
      state.fold.fold(frame.sequence, frame.appendedAt, entries);
    } catch (error) {
      state.sound = false;
      this.emitter.abort();
      if (error instanceof NotResident) this.missed.add(error.id);
      else failed(error);
      throw new FoldFailure(
        `folding ${frame.sequence} of partition ${this.partition}: ${errorMessage(error)}`,
        { cause: error },
      );
    }
  }

  private condemn(frame: Frame, entry: FrameEntry, error: unknown): void {
    if (this.poison.size >= POISON_MAX)
      throw new AppError(
        'REK_INTERNAL',
        `${POISON_MAX} events in a row cannot be folded; the last: ${errorMessage(error)}`,
      );
    this.poison.set(`${frame.sequence}/${entry.index}`, frame.sequence);
    const message = `the fold failed: ${errorMessage(error)}`.slice(0, 300);
    this.bury(
      frame.sequence,
      entry.index,
      { code: 'REK_INTERNAL', message },
      'event' in entry ? (entry.sealed ?? entry.event) : undefined,
    );
  }

  private decode(message: LogMessage): DecodedFrame {
    const { partition } = this;
    const entries = decodeUserFrame(message, partition, this.context.topology.partitions);
    return { sequence: message.sequence, partition, entries };
  }

  /**
   * The entries that can be folded; the others go to the dead stream, once by this owner. A former one may have put them there, or
   * may have been killed with the letters in hand: nobody knows, behind the checkpoint, and a letter's id makes two of them one.
   */
  private frameOf(message: LogMessage, decoded: readonly FrameEntry[]): Frame {
    const { sequence, appendedAt } = message;
    const entries: FrameEntry[] = [];
    for (const entry of decoded) {
      if ('rejection' in entry) {
        if (sequence > this.buriedThrough)
          this.bury(sequence, entry.index, entry.rejection, entry.raw ?? message.payload);
      } else if (!this.poison.has(`${sequence}/${entry.index}`)) entries.push(entry);
    }
    this.buriedThrough = Math.max(this.buriedThrough, sequence);
    return { sequence, appendedAt, lastIndex: Math.max(0, decoded.length - 1), entries };
  }

  private bury(
    sequence: number,
    index: number,
    reason: Parameters<HostContext['dead']['put']>[0]['reason'],
    raw: unknown,
  ): void {
    this.context.dead.put({
      reason,
      source: { stream: this.context.topology.log.name, sequence, index },
      raw,
    });
  }

  private observe(entries: readonly FrameEntry[], appendedAt: number): void {
    const { metrics, clock } = this.context;
    if (this.ports.live()) metrics.eventVisibleSeconds.observe(Math.max(0, clock.now() - appendedAt) / 1000);
    const kinds = new Map<string, number>();
    for (const entry of entries)
      if ('event' in entry) kinds.set(entry.event.kind, (kinds.get(entry.event.kind) ?? 0) + 1);
    for (const [kind, events] of kinds) metrics.foldedEvents.inc({ kind }, events);
  }

  private async giveWay(): Promise<void> {
    const turn = this.context.turns.giveWay();
    if (turn) await turn;
  }
}
