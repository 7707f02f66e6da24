/**
 * A recorded stream of events played in one process as if it were happening: the clock is the events' own time. The
 * folds, the feedback and the model are those of the live system; so is the policy of ticks: whenever time
 * passes a partition's next deadline, a tick enters its log before anything later does.
 */
import {
  isUserEvent,
  type FeedbackRecord,
  type FrameEntry,
  type LogEvent,
  type Tick,
  type UserEvent,
} from '#events';
import { SettingsHistory, type FoldSettings, type UserState } from '#interest';
import { asEventId, partitionOf } from '#kernel';
import { OnlineModel, type ModelSettings } from '#learning';
import { LogFold, type LogEntryMessage } from './log-fold.js';

export interface RehearsalSettings {
  readonly partitions: number;
  readonly fold: FoldSettings;
  readonly model: ModelSettings;
  /** How often the owner of a partition looks for due deadlines, ms. */
  readonly tickMs: number;
}

export class LiveRehearsal {
  readonly model: OnlineModel;
  readonly log: LogFold;
  /** LOG sequence of the last entry. */
  sequence = 0;
  /** Feedback records so far: an impression or interaction that causes none was a duplicate. */
  records = 0;
  private lastTickAt = 0;

  /** @param hear takes the feedback instead of the model: for whoever learns from it elsewhere */
  constructor(
    readonly settings: RehearsalSettings,
    private readonly hear?: (record: FeedbackRecord) => void,
  ) {
    this.model = new OnlineModel(settings.model);
    this.log = new LogFold(settings.partitions, new SettingsHistory(settings.fold), (_, record) =>
      this.learn(record),
    );
  }

  /** Appends one event and lets everything that follows from it happen. Events come in order of time. */
  append(event: Exclude<LogEvent, Tick>): void {
    this.passTime(event.timestamp);
    this.sequence++;
    const entries = [{ index: 0, event }];
    if (isUserEvent(event))
      this.log.foldUsers(this.partitionOf(event), this.sequence, event.timestamp, entries);
    else this.log.foldItems(this.sequence, event.timestamp, entries);
  }

  /**
   * Folds one message of a recorded LOG, entry by entry. Its ticks stand in the log already, so `passTime` is not for it.
   * @param around is given each event, and folds it by calling `fold`
   */
  play(
    message: LogEntryMessage,
    around: (event: LogEvent, fold: () => void) => void,
    entries: readonly FrameEntry[] = this.log.decode(message).entries,
  ): void {
    this.sequence = message.sequence;
    for (const entry of entries) {
      const fold = (): void => void this.log.foldEntries(message, [entry]);
      if ('event' in entry) around(entry.event, fold);
      else fold();
    }
  }

  /** The user as an actor host would know them now; undefined when they never did anything. */
  user(userId: string): UserState | undefined {
    return this.log.partitions[partitionOf(userId, this.settings.partitions)]!.peek(userId);
  }

  /** Ticks every partition whose deadline has passed, at most every `tickMs`. @param now event time, ms */
  passTime(now: number): void {
    if (now - this.lastTickAt < this.settings.tickMs) return;
    this.lastTickAt = now;
    this.log.partitions.forEach(({ fold }, partition) => {
      const deadline = fold.nextDeadline();
      if (deadline === undefined || deadline > now) return;
      this.sequence++;
      const event: Tick = {
        kind: 'tick',
        eventId: asEventId(`tick-${this.sequence}`),
        timestamp: now,
        version: 1,
        epoch: fold.epoch,
      };
      this.log.foldUsers(partition, this.sequence, now, [{ index: 0, event }]);
    });
  }

  private learn(record: FeedbackRecord): void {
    this.records++;
    if (this.hear) return this.hear(record);
    this.model.sequence = this.sequence;
    switch (record.kind) {
      case 'exposure':
        return this.model.exposure(record);
      case 'outcome':
        return this.model.outcome(record);
      case 'sequel':
        return this.model.sequel(record);
      case 'engagement':
        return this.model.engagement(record);
    }
  }

  private partitionOf(event: UserEvent): number {
    return partitionOf(event.userId, this.settings.partitions);
  }
}
