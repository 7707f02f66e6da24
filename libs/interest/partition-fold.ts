/**
 * The fold of one partition: the only place where log entries change users. Synchronous and pure: its inputs are
 * the entries, the catalogue and the rules as of their positions and the users it is handed; what it has to say to the outside
 * goes to `emit` (feedback records, in a fixed order) and `effect` (events to append).
 *
 * Per event, in this order:
 *   1. a duplicate (by event id, per user) changes nothing;
 *   2. `decide` reads the state before the event and yields records and changes;
 *   3. records and effects are emitted;
 *   4. `evolve` changes the state, and the deadline book follows.
 * A tick closes what is due, by deadline, then by user id. A sealed event that reaches this fold could not be opened, because its
 * user was erased: it moves time and epoch, as the event inside would, and is nothing else. Nothing here fails on any entry.
 */
import { key53, type LogPosition } from '#kernel';
import {
  isSharedEvent,
  isUserEvent,
  type FeedbackRecord,
  type FrameEntry,
  type LogEvent,
  type UserEvent,
} from '#events';
import type { ItemLookup } from '#features';
import { DeadlineBook } from './deadline-book.js';
import { decide, decideExpiry, type UserDecision } from './decide.js';
import { evolve, evolveExpiry } from './evolve.js';
import { newFoldCounters, readFoldCounters, writeFoldCounters, type FoldCounters } from './fold-counters.js';
import type { FoldMoment } from './fold-moment.js';
import type { FoldRules } from './fold-rules.js';
import type { Handover } from './handover.js';
import { TICK_USERS_MAX } from './limits.js';
import type { PendingImpression } from './pending-impression.js';
import type { RulesInForce } from './settings-history.js';
import { invalid, StateReader, StateWriter } from './state-writer.js';
import type { UserState } from './user-state.js';

/** The users in memory. Those named by `required` must be there before `fold`. */
export interface ResidentUsers {
  /** The state, a new one for an unknown user. The fold changes it in place. */
  get(userId: string): UserState;
  /** The state was changed: it belongs into the next checkpoint. */
  touched(userId: string): void;
  /** The user is to be forgotten, in memory and in storage. */
  erase(userId: string): void;
}

export type FoldEffect = Handover;

/** What a fold was at one moment, but for its deadlines: those follow from the users. */
export interface FoldMark {
  readonly streamTime: number;
  readonly epoch: number;
  readonly counters: Readonly<FoldCounters>;
}

export const FOLD_STATE_VERSION = 1;

export class PartitionFold {
  /** Newest event time folded, ticks included, ms. */
  streamTime = 0;
  /** Highest lease epoch seen in ticks and served lists. */
  epoch = 0;
  counters: FoldCounters = newFoldCounters();
  private deadlines = new DeadlineBook();
  /** Those of the frame folded last. */
  private rules: FoldRules;

  constructor(
    readonly partition: number,
    private readonly inForce: RulesInForce,
    private readonly catalogue: ItemLookup,
    private readonly users: ResidentUsers,
    private readonly emit: (record: FeedbackRecord) => void,
    private readonly effect: (effect: FoldEffect) => void,
  ) {
    this.rules = inForce.at(0);
  }

  /**
   * The users that must be resident before `fold` is called with the same entries, or with several frames' entries
   * one after another: the subjects of the events, and those whose deadlines a tick among them makes due.
   */
  required(entries: readonly FrameEntry[], appendedAt: number): Set<string> {
    const required = new Set<string>();
    let ticks = 0;
    let until = 0;
    for (const entry of entries) {
      if (!('event' in entry)) continue;
      const { event } = entry;
      if (event.kind === 'tick') {
        ticks++;
        until = Math.max(until, this.clipped(event.timestamp, appendedAt));
      } else if (isUserEvent(event)) required.add(event.userId);
    }
    // An event among the entries can take its user out of the book, which lets a tick reach one user further.
    if (ticks > 0)
      for (const id of this.deadlines.due(until, ticks * TICK_USERS_MAX + required.size)) required.add(id);
    return required;
  }

  /** @param appendedAt the log's own time of the frame, ms: event times are cut to it plus the allowed skew */
  fold(sequence: number, appendedAt: number, entries: readonly FrameEntry[]): void {
    this.rules = this.inForce.at(sequence);
    for (const entry of entries) {
      if ('event' in entry) this.foldEvent({ sequence, index: entry.index }, appendedAt, entry.event);
      else this.counters.rejected++;
    }
  }

  mark(): FoldMark {
    return { streamTime: this.streamTime, epoch: this.epoch, counters: { ...this.counters } };
  }

  /**
   * Becomes what it was at the mark, where one entry has been folded since, to its end or not.
   * @param changed the users that may have changed, as they were and as they are; undefined where one was not or is not
   */
  rewind(
    { streamTime, epoch, counters }: FoldMark,
    changed: Iterable<{ readonly before: UserState | undefined; readonly after: UserState | undefined }>,
  ): void {
    this.streamTime = streamTime;
    this.epoch = epoch;
    this.counters = { ...counters };
    for (const { before, after } of changed) {
      for (const { deadline } of after?.pending.values() ?? [])
        this.deadlines.remove(deadline, after!.userId);
      for (const { deadline } of before?.pending.values() ?? []) this.deadlines.add(deadline, before!.userId);
    }
  }

  /** Event time of the earliest deadline, ms: a tick of that time or later closes something. */
  nextDeadline(): number | undefined {
    return this.deadlines.next();
  }

  encode(): Uint8Array {
    const out = new StateWriter();
    out.count(FOLD_STATE_VERSION);
    out.count(this.streamTime);
    out.count(this.epoch);
    writeFoldCounters(this.counters, out);
    this.deadlines.write(out);
    return out.bytes();
  }

  /** @throws AppError REK_SNAPSHOT_INVALID when the bytes are not a fold of a known version */
  static decode(
    bytes: Uint8Array,
    partition: number,
    inForce: RulesInForce,
    catalogue: ItemLookup,
    users: ResidentUsers,
    emit: (record: FeedbackRecord) => void,
    effect: (effect: FoldEffect) => void,
  ): PartitionFold {
    const from = new StateReader(bytes);
    const version = from.count();
    if (version !== FOLD_STATE_VERSION) throw invalid(`fold version ${version}`);
    const fold = new PartitionFold(partition, inForce, catalogue, users, emit, effect);
    fold.streamTime = from.count();
    fold.epoch = from.count();
    fold.counters = readFoldCounters(from);
    fold.deadlines = DeadlineBook.read(from);
    if (!from.exhausted) throw invalid('bytes are left over');
    return fold;
  }

  private foldEvent(cause: LogPosition, appendedAt: number, event: LogEvent): void {
    if (isSharedEvent(event)) {
      this.counters.misplaced++;
      return;
    }
    if ('epoch' in event && event.epoch !== undefined && !this.admitEpoch(event.epoch)) return;
    const at = this.clipped(event.timestamp, appendedAt);
    if (at < event.timestamp) this.counters.clippedTimestamps++;
    if (at > this.streamTime) this.streamTime = at;
    if (event.kind === 'tick') this.foldTick(cause, at);
    else if (isUserEvent(event))
      this.foldUserEvent({ cause, at, rules: this.rules, catalogue: this.catalogue }, event);
  }

  private foldUserEvent(moment: FoldMoment, event: UserEvent): void {
    const user = this.users.get(event.userId);
    const eventKey = key53(event.eventId);
    if (user.seen.has(eventKey)) {
      this.counters.duplicates++;
      return;
    }
    this.counters.events++;
    if (event.kind === 'erase') return this.erase(user);
    const decision = decide(user, event, moment);
    for (const record of decision.records) this.emitRecord(record);
    if (decision.kind === 'merge' && decision.handover) this.effect(decision.handover);
    evolve(user, eventKey, decision, moment);
    this.followDeadlines(user, decision);
    this.count(decision);
    this.users.touched(user.userId);
  }

  private foldTick(cause: LogPosition, at: number): void {
    this.counters.ticks++;
    for (const userId of this.deadlines.due(at, TICK_USERS_MAX)) {
      const user = this.users.get(userId);
      const decision = decideExpiry(user, at, { cause });
      for (const record of decision.records) this.emitRecord(record);
      evolveExpiry(user, decision);
      this.forgetDeadlines(user, decision.ended);
      this.users.touched(userId);
    }
  }

  private erase(user: UserState): void {
    this.counters.erasures++;
    const open = user.pending.values();
    this.counters.erasedImpressions += open.length;
    for (const { deadline } of open) this.deadlines.remove(deadline, user.userId);
    this.users.erase(user.userId);
  }

  /** The book after a decision was applied. */
  private followDeadlines(user: UserState, decision: UserDecision): void {
    switch (decision.kind) {
      case 'impression':
        this.deadlines.add(decision.opened.deadline, user.userId);
        this.forgetDeadlines(user, decision.overflowed);
        break;
      case 'merge':
        this.forgetDeadlines(user, decision.handedOver);
        break;
      case 'absorb':
        for (const { deadline } of decision.other?.pending.values() ?? [])
          this.deadlines.add(deadline, user.userId);
        this.forgetDeadlines(user, decision.overflowed);
        break;
      case 'interaction':
      case 'served':
      case 'profile':
    }
  }

  /** Drops the deadlines of impressions that have ended, unless another of the user ends at the same time. */
  private forgetDeadlines(user: UserState, ended: readonly PendingImpression[]): void {
    for (const { deadline } of ended) {
      if (!user.pending.endsAt(deadline)) this.deadlines.remove(deadline, user.userId);
    }
  }

  private count(decision: UserDecision): void {
    const { counters } = this;
    if ('embedding' in decision) {
      if (decision.embedding === 'left out') counters.embeddingsLeftOut++;
      if (decision.embedding === 'replaces') counters.embeddingsReplaced++;
    }
    switch (decision.kind) {
      case 'impression':
        counters.impressions++;
        counters.repeatedItems += decision.repeatedItems;
        counters.earlyClicks += decision.claimed.length;
        counters.overflows += decision.overflowed.length;
        break;
      case 'interaction':
        counters.interactions++;
        if (!decision.knownType) counters.unknownTypes++;
        if (decision.attribution === 'repeated') counters.repeatedClicks++;
        if (decision.attribution === 'late') counters.lateClicks++;
        if (decision.attribution === 'orphan') counters.orphanClicks++;
        break;
      case 'served':
        counters.served++;
        break;
      case 'profile':
        counters.profiles++;
        break;
      case 'merge':
        counters.merges++;
        counters.overflows += decision.overflowed.length;
        break;
      case 'absorb':
        if (decision.other) counters.absorbs++;
        else counters.unreadableAbsorbs++;
        counters.overflows += decision.overflowed.length;
        break;
    }
  }

  private emitRecord(record: FeedbackRecord): void {
    if (record.kind === 'outcome') {
      if (record.label === 1) this.counters.positives++;
      else this.counters.negatives++;
    }
    this.emit(record);
  }

  private admitEpoch(epoch: number): boolean {
    if (epoch < this.epoch) {
      this.counters.staleEpochs++;
      return false;
    }
    this.epoch = epoch;
    return true;
  }

  private clipped(timestamp: number, appendedAt: number): number {
    return Math.min(timestamp, appendedAt + this.rules.futureSkewMs);
  }
}
