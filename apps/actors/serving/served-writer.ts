/**
 * Appends what was served to LOG, beside the answer and never before it: a bounded queue. What it cannot take is
 * counted, and the list was served all the same.
 */
import type { Served } from '#events';
import { AppError, errorMessage, partitionOf } from '#kernel';
import { FramePublisher, type LogTopology } from '#log';
import type { UserKeys } from '#privacy';

const QUEUED_EVENTS_MAX = 20_000;
const QUEUED_BYTES_MAX = 32 * 1024 * 1024;

export class ServedWriter {
  private readonly publisher: FramePublisher;
  /** Lists served but not logged, since the start. */
  lost = 0;
  private sealing = 0;

  constructor(
    private readonly topology: LogTopology,
    packMs: number,
    /** Undefined: in the clear. */
    private readonly keys: UserKeys | undefined,
    private readonly failed: (code: string, message: string) => void,
  ) {
    this.publisher = new FramePublisher(topology, {
      packMs,
      queuedEventsMax: QUEUED_EVENTS_MAX,
      queuedBytesMax: QUEUED_BYTES_MAX,
    });
  }

  write(event: Served): void {
    this.append(event).catch((error) => {
      this.lost++;
      this.failed(error instanceof AppError ? error.code : 'REK_INTERNAL', errorMessage(error));
    });
  }

  private async append(event: Served): Promise<void> {
    if (!this.keys) return void (await this.publisher.publish(event));
    if (this.sealing >= QUEUED_EVENTS_MAX)
      throw new AppError('REK_OVERLOADED', `${this.sealing} lists wait for their keys`);
    this.sealing++;
    const sealed = await this.keys.seal([event]).finally(() => this.sealing--);
    await this.publisher.publish(sealed[0]!, partitionOf(event.userId, this.topology.partitions));
  }

  close(): Promise<void> {
    return this.publisher.close();
  }
}
