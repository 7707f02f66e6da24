/**
 * Appends what was served to LOG, beside the answer and never before it: a bounded queue. What it cannot take is
 * counted, and the list was served all the same.
 */
import type { Served } from '#events';
import { AppError, errorMessage } from '#kernel';
import { FramePublisher, type LogTopology } from '#log';

const QUEUED_EVENTS_MAX = 20_000;
const QUEUED_BYTES_MAX = 32 * 1024 * 1024;

export class ServedWriter {
  private readonly publisher: FramePublisher;
  /** Lists served but not logged, since the start. */
  lost = 0;

  constructor(
    topology: LogTopology,
    packMs: number,
    private readonly failed: (code: string, message: string) => void,
  ) {
    this.publisher = new FramePublisher(topology, {
      packMs,
      queuedEventsMax: QUEUED_EVENTS_MAX,
      queuedBytesMax: QUEUED_BYTES_MAX,
    });
  }

  write(event: Served): void {
    this.publisher.publish(event).catch((error) => {
      this.lost++;
      this.failed(error instanceof AppError ? error.code : 'REK_INTERNAL', errorMessage(error));
    });
  }

  close(): Promise<void> {
    return this.publisher.close();
  }
}
