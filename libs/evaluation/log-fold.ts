/**
 * The whole log folded in one process and in memory: what actor hosts do together, for replays and evaluations.
 * The same folds, the same doors; only the shell is missing. Pure: it reads no clock and waits for nothing.
 *
 * Users stay in memory, about 2 KB each.
 */
import { createHash } from 'node:crypto';
import { Catalogue } from '#catalogue';
import {
  decodeItemFrame,
  decodeUserFrame,
  isItemEvent,
  type FeedbackRecord,
  type FrameEntry,
  type StoredFrame,
  partitionOfSubject,
} from '#events';
import {
  createUser,
  decodeUser,
  encodeUser,
  PartitionFold,
  SettingsHistory,
  type FoldMark,
  type ResidentUsers,
  type UserState,
} from '#interest';
import { asPartition, asUserId } from '#kernel';
import { FoldThrew, LEFT_OUT_MAX } from './careful-fold.js';

export interface FoldedUsers {
  readonly users: number;
  /** Hex; see `hashUsers`. */
  readonly sha256: string;
}

/** Where a message stands in LOG. */
export interface LogPlace {
  readonly sequence: number;
  readonly subject: string;
  /** ms since the Unix epoch. */
  readonly appendedAt: number;
}

export interface LogEntryMessage extends StoredFrame, LogPlace {}

export class LogFold {
  readonly catalogue = new Catalogue();
  readonly partitions: readonly FoldedPartition[];

  /**
   * @param settings what is known already of those that held along the log; more is learnt on the way
   * @param emit receives every record, in the order of the log
   * @param careful whether events whose fold throws are left out; else the fold of their frame throws, see `carefulIfNeeded`
   */
  constructor(
    partitions: number,
    private readonly settings: SettingsHistory,
    emit: (partition: number, record: FeedbackRecord) => void,
    readonly careful = false,
  ) {
    this.partitions = Array.from(
      { length: partitions },
      (_, p) => new FoldedPartition(p, settings, this.catalogue, (record) => emit(p, record)),
    );
  }

  /** Folds one message of LOG. What cannot be used is skipped, as live hosts do. @returns the events in it */
  fold(message: LogEntryMessage): number {
    return this.foldEntries(message, this.decode(message).entries);
  }

  /** Folds what `decode` found in a message, opened in between where it is sealed. @returns the events in it */
  foldEntries(message: LogPlace, entries: readonly FrameEntry[]): number {
    const partition = partitionOfSubject(message.subject);
    if (partition === undefined) return this.foldItems(message.sequence, message.appendedAt, entries);
    return this.foldUsers(partition, message.sequence, message.appendedAt, entries);
  }

  /** What stands in a message. @returns without a partition: entries of `log.item` */
  decode(message: LogEntryMessage): { partition: number | undefined; entries: FrameEntry[] } {
    const partition = partitionOfSubject(message.subject);
    const entries =
      partition === undefined
        ? decodeItemFrame(message)
        : decodeUserFrame(message, partition, this.partitions.length);
    return { partition, entries };
  }

  /** Entries of `log.item`. */
  foldItems(sequence: number, appendedAt: number, entries: readonly FrameEntry[]): number {
    let events = 0;
    for (const entry of entries) {
      if (!('event' in entry)) continue;
      const { event } = entry;
      if (event.kind === 'settings') this.settings.record(sequence, event);
      else if (isItemEvent(event)) this.catalogue.apply(event, { sequence, index: entry.index }, appendedAt);
      else continue;
      events++;
    }
    return events;
  }

  /** Entries of one partition's subject. @throws FoldThrew; all of this is then of no use any more */
  foldUsers(partition: number, sequence: number, appendedAt: number, entries: readonly FrameEntry[]): number {
    const folded = this.partitions[partition]!;
    if (this.careful) return folded.foldOneByOne(sequence, appendedAt, entries);
    try {
      folded.fold.fold(sequence, appendedAt, entries);
    } catch (error) {
      throw new FoldThrew(sequence, error);
    }
    folded.forgetUntouched();
    return entries.length;
  }
}

/** One partition: its users and its fold. */
export class FoldedPartition implements ResidentUsers {
  readonly fold: PartitionFold;
  /** Events that were left out. */
  leftOut = 0;
  private readonly users = new Map<string, UserState>();
  /** Looked at, but not changed yet: a user begins to exist with the first change. */
  private readonly untouched = new Map<string, UserState>();
  /** Users as they were before the event that is tried, undefined for those who did not exist; only while one is tried. */
  private before: Map<string, Uint8Array | undefined> | undefined;
  /** What the event that is tried has emitted. */
  private tried: FeedbackRecord[] = [];
  constructor(
    partition: number,
    settings: SettingsHistory,
    catalogue: Catalogue,
    private readonly emit: (record: FeedbackRecord) => void,
  ) {
    // Effects stand in the log already: whoever folded it first appended them.
    this.fold = new PartitionFold(
      asPartition(partition),
      settings,
      catalogue,
      this,
      (record) => void (this.before ? this.tried.push(record) : emit(record)),
      () => undefined,
    );
  }

  /** Leaves out the events whose fold throws, without a trace. @returns the events folded */
  foldOneByOne(sequence: number, appendedAt: number, entries: readonly FrameEntry[]): number {
    let events = 0;
    for (const entry of entries) {
      const mark = this.fold.mark();
      this.before = new Map();
      this.tried = [];
      try {
        this.fold.fold(sequence, appendedAt, [entry]);
        for (const record of this.tried) this.emit(record);
        events++;
      } catch (error) {
        this.undo(mark, this.before);
        if (++this.leftOut > LEFT_OUT_MAX) throw new FoldThrew(sequence, error);
      }
      this.before = undefined;
      this.forgetUntouched();
    }
    return events;
  }

  get(userId: string): UserState {
    this.preserve(userId);
    const known = this.users.get(userId) ?? this.untouched.get(userId);
    if (known) return known;
    const user = createUser(asUserId(userId));
    this.untouched.set(userId, user);
    return user;
  }

  touched(userId: string): void {
    const user = this.untouched.get(userId);
    if (!user) return;
    this.untouched.delete(userId);
    this.users.set(userId, user);
  }

  forgetUntouched(): void {
    this.untouched.clear();
  }

  erase(userId: string): void {
    this.preserve(userId);
    this.users.delete(userId);
    this.untouched.delete(userId);
  }

  /** The user without creating one. */
  peek(userId: string): UserState | undefined {
    return this.users.get(userId);
  }

  hash(): FoldedUsers {
    return { users: this.users.size, sha256: hashUsers(this.users) };
  }

  private preserve(userId: string): void {
    if (!this.before || this.before.has(userId)) return;
    const user = this.users.get(userId);
    this.before.set(userId, user && encodeUser(user));
  }

  private undo(mark: FoldMark, users: ReadonlyMap<string, Uint8Array | undefined>): void {
    const changed = [...users].map(([userId, bytes]) => ({
      userId,
      before: bytes && decodeUser(bytes),
      after: this.users.get(userId) ?? this.untouched.get(userId),
    }));
    this.fold.rewind(mark, changed);
    for (const { userId, before } of changed) {
      if (before) this.users.set(userId, before);
      else this.users.delete(userId);
    }
  }
}

/** SHA-256 over all users in byte order of their ids: id | 0x00 | encoded state. What hosts answer on `rpc.hosts.hash`. */
export function hashUsers(users: ReadonlyMap<string, UserState>): string {
  const hash = createHash('sha256');
  const ids = [...users.keys()]
    .map((id) => ({ id, bytes: Buffer.from(id, 'utf8') }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  for (const { id, bytes } of ids)
    hash
      .update(bytes)
      .update('\0')
      .update(encodeUser(users.get(id)!));
  return hash.digest('hex');
}
