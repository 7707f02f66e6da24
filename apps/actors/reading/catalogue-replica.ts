/**
 * This host's copy of what all partitions share, the catalogue and the settings of their fold: read from the first
 * `log.item` entry before anything is served, then kept up by the log reader. Old versions of items are dropped below the oldest
 * checkpoint; a partition that must be folded from further back (its checkpoint was lost) gets a full catalogue of its
 * own for that while.
 */
import { Catalogue, type CatalogueView } from '#catalogue';
import { decodeItemFrame, isItemEvent } from '#events';
import type { SettingsHistory } from '#interest';
import type { LogMessage, LogTopology } from '#log';
import type { DeadLetterQueue } from './dead-letter-queue.js';

export class CatalogueReplica {
  readonly current = new Catalogue();
  private floor = 0;
  /** Bad entries up to here were put into the dead stream by an earlier reader: no checkpoint is saved before they have landed. */
  private knownBadThrough = 0;

  constructor(
    private readonly topology: LogTopology,
    private readonly dead: DeadLetterQueue,
    /** Which settings hold where in the log. */
    readonly settings: SettingsHistory,
  ) {}

  /**
   * Reads the catalogue up to the log's head. @returns that head
   * @param knownBadThrough log sequence of a checkpoint, whoever saved it
   */
  async bootstrap(knownBadThrough: number, progress: (done: number, total: number) => void): Promise<number> {
    this.knownBadThrough = knownBadThrough;
    const head = await this.topology.log.head();
    for await (const sequence of this.replay(this.current, head, true)) progress(sequence, head);
    progress(head, head);
    return head;
  }

  /** Folds one message of `log.item`. @returns the events in it */
  apply(message: LogMessage): number {
    return this.applyTo(this.current, message, message.sequence > this.knownBadThrough);
  }

  /** Resolves when few enough refused entries wait for the dead stream that reading may go on. */
  room(): Promise<void> {
    return this.dead.room();
  }

  /** A view that is exact for every sequence from `from` to `through`, which the log reader must have passed. */
  async viewFrom(from: number, through: number): Promise<CatalogueView> {
    if (from >= this.floor) return this.current;
    const whole = new Catalogue();
    for await (const _ of this.replay(whole, through, false));
    return whole;
  }

  /** Forgets versions that no checkpoint needs. */
  compact(floorSequence: number): void {
    if (floorSequence <= this.floor) return;
    this.floor = floorSequence;
    this.current.compact(floorSequence);
  }

  private async *replay(catalogue: Catalogue, until: number, report: boolean): AsyncGenerator<number> {
    if (until === 0) return;
    for await (const batch of this.topology.log.read({
      from: 1,
      until,
      subject: this.topology.subjects.item,
    })) {
      await this.room();
      for (const message of batch)
        this.applyTo(catalogue, message, report && message.sequence > this.knownBadThrough);
      if (batch.length > 0) yield batch[batch.length - 1]!.sequence;
    }
  }

  private applyTo(catalogue: Catalogue, message: LogMessage, report: boolean): number {
    const { sequence } = message;
    let events = 0;
    for (const entry of decodeItemFrame(message)) {
      if ('event' in entry) {
        const { event, index } = entry;
        if (event.kind === 'settings') this.settings.record(sequence, event);
        else if (isItemEvent(event)) catalogue.apply(event, { sequence, index }, message.appendedAt);
        events++;
      } else if (report) {
        this.dead.put({
          reason: entry.rejection,
          source: { stream: this.topology.log.name, sequence, index: entry.index },
          raw: entry.raw ?? message.payload,
        });
      }
    }
    return events;
  }
}
