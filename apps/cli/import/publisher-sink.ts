/** Imports straight into the log, packed fully: for throughput. Schemas are checked, the edge's own rules are not; same order, no HTTP; sealed where the settings say so. */
import { AppError, errorMessage } from '#kernel';
import type { LogEvent } from '#events';
import type { FramePublisher } from '#log';
import type { SealedEvents } from '#privacy';
import type { EventSink, ImportTally } from './sink.js';

/** Events whose keys are asked for together. */
const BATCH_EVENTS = 1_000;

export class PublisherSink implements EventSink {
  private batch: LogEvent[] = [];
  /** The log is full or away, say: what was not stored is not refused, and the import is not complete. */
  private failure: AppError | undefined;

  /** @param seal undefined: in the clear */
  constructor(
    private readonly publisher: FramePublisher,
    private readonly tally: ImportTally,
    private readonly seal?: (events: readonly LogEvent[]) => Promise<SealedEvents>,
  ) {}

  async put(event: LogEvent): Promise<void> {
    this.batch.push(event);
    if (this.batch.length === BATCH_EVENTS) await this.send();
  }

  /** @throws AppError when the log did not take an event that is sound */
  async finish(): Promise<void> {
    await this.send();
    await this.publisher.flush();
    if (this.failure) throw this.failure;
  }

  private async send(): Promise<void> {
    const { events, partitions } = this.seal
      ? await this.seal(this.batch)
      : { events: this.batch, partitions: [] };
    this.batch = [];
    for (const [at, event] of events.entries()) {
      await this.publisher.room();
      if (this.failure) throw this.failure;
      this.publisher.publish(event, partitions[at]).then(
        () => this.tally.accepted++,
        (error: unknown) => {
          if (error instanceof AppError && error.retryable) this.failure ??= error;
          else this.tally.reject(errorMessage(error));
        },
      );
    }
  }
}
