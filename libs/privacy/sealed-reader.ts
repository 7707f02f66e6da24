/**
 * Between a reader's decoding and its fold: sealed events are opened, or stay as they are where their user was erased; the fold then
 * passes over them. Live hosts and replays share this, and the rule that makes them agree whatever is left of the keys:
 *
 *     behind a `forget` in the log nothing sealed with its key is opened any more, even while the key still exists
 *
 * Before the `forget` stands, sealed, the event that erases the user. A reader that has the key drops what it folded before; a reader
 * that has not never folded it. So both have the same users from there on.
 */
import { AppError, partitionOf, type LogPosition } from '#kernel';
import { isUserEvent, nestsDeeper, parseEvent, type FrameEntry, type Sealed, type UserEvent } from '#events';
import type { DataKey } from './data-key.js';
import type { KeySource } from './user-keys.js';

export interface DecodedFrame {
  /** LOG sequence. */
  readonly sequence: number;
  /** Undefined for entries of `log.item`: nothing in them is sealed. */
  readonly partition: number | undefined;
  readonly entries: readonly FrameEntry[];
}

/** Reads forwards, each frame once: whoever goes back takes a new one. */
export class SealedReader {
  /** Keys whose `forget` this reader has met, and where. */
  private readonly forgotten = new Map<string, LogPosition>();

  /**
   * @param keys undefined when no master key is known: then only what stands in the clear can be read
   * @param passedOver told of each sealed event that stays so, because its user was erased
   */
  constructor(
    private readonly keys: KeySource | undefined,
    private readonly partitions: number,
    private readonly passedOver: (position: LogPosition) => void = () => undefined,
  ) {}

  /**
   * The entries of each frame, in the order given, with one question for all their keys. What cannot be opened although the key is
   * there becomes a rejection.
   * @throws AppError REK_KEY_LOST, REK_STORE_UNAVAILABLE
   */
  async open(frames: readonly DecodedFrame[]): Promise<FrameEntry[][]> {
    const wanted = new Set<string>();
    for (const { entries } of frames)
      for (const entry of entries)
        if ('event' in entry && entry.event.kind === 'sealed') wanted.add(entry.event.key);
    for (const key of this.forgotten.keys()) wanted.delete(key);
    const ring = wanted.size > 0 ? await this.source().toOpen(wanted) : new Map<string, undefined>();
    return frames.map((frame) => this.openFrame(frame, ring));
  }

  /** Keys whose `forget` stands at `sequence` or before it. */
  forgottenThrough(sequence: number): string[] {
    return [...this.forgotten].filter(([, at]) => at.sequence <= sequence).map(([key]) => key);
  }

  /** They exist no more, nor will `open` be given them: no need to remember them. */
  destroyed(keyIds: readonly string[]): void {
    for (const id of keyIds) this.forgotten.delete(id);
  }

  private openFrame(
    { sequence, partition, entries }: DecodedFrame,
    ring: ReadonlyMap<string, DataKey | undefined>,
  ): FrameEntry[] {
    return entries.map((entry) => {
      if (!('event' in entry) || partition === undefined) return entry;
      const { event, index } = entry;
      if (event.kind === 'forget' && !this.forgotten.has(event.key))
        this.forgotten.set(event.key, { sequence, index });
      if (event.kind !== 'sealed') return entry;
      const key = this.forgotten.has(event.key) ? undefined : ring.get(event.key);
      if (key)
        return opened(index, event, key, (userId) => partitionOf(userId, this.partitions) === partition);
      this.passedOver({ sequence, index });
      return entry;
    });
  }

  private source(): KeySource {
    if (this.keys) return this.keys;
    throw new AppError(
      'REK_KEY_LOST',
      'LOG holds sealed events: set REKAPPA_PRIVACY_MASTER_KEY to the key they were sealed under',
    );
  }
}

function opened(
  index: number,
  sealed: Sealed,
  key: DataKey,
  belongs: (userId: string) => boolean,
): FrameEntry {
  const event = eventIn(sealed, key);
  if (typeof event === 'string' || !belongs(event.userId)) {
    const message = typeof event === 'string' ? event : 'the user in it belongs to another partition';
    return { index, rejection: { code: 'REK_INVALID_EVENT', message }, raw: sealed };
  }
  return { index, event, sealed };
}

/** @returns why there is none */
function eventIn(sealed: Sealed, key: DataKey): UserEvent | string {
  let value: unknown;
  try {
    value = JSON.parse(key.open(sealed));
  } catch {
    return 'a sealed event does not open: it was altered';
  }
  if (nestsDeeper(value)) return 'a sealed event nests too deep';
  const parsed = parseEvent(value);
  if (!parsed.ok) return `in a sealed event: ${parsed.rejection.code}`;
  return isUserEvent(parsed.event) ? parsed.event : 'a sealed event is no user’s';
}
