/** Imports straight into the log, packed fully: for throughput. Same checks, same order, no HTTP. */
import { errorMessage } from '#kernel';
import type { LogEvent } from '#events';
import type { FramePublisher } from '#log';
import type { EventSink, ImportTally } from './sink.js';

export class PublisherSink implements EventSink {
  constructor(
    private readonly publisher: FramePublisher,
    private readonly tally: ImportTally,
  ) {}

  async put(event: LogEvent): Promise<void> {
    await this.publisher.room();
    this.publisher.publish(event).then(
      () => this.tally.accepted++,
      (error: unknown) => this.tally.reject(errorMessage(error)),
    );
  }

  async finish(): Promise<void> {
    await this.publisher.flush();
  }
}
