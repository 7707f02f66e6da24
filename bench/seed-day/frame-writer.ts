/** Fills a log with frames of a given size, pipelined, as an import does. */
import { checksumOf, CRC_HEADER, encodeFrame, type LogEvent } from '#events';
import type { LogTopology } from '#log';

/** Frames under way at most. */
const PIPELINED = 1_000;

export class FrameWriter {
  bytes = 0;
  private readonly open = new Map<string, LogEvent[]>();
  private underWay: Promise<number>[] = [];

  constructor(
    private readonly topology: LogTopology,
    private readonly frameEvents: number,
  ) {}

  async add(subject: string, event: LogEvent): Promise<void> {
    let frame = this.open.get(subject);
    if (!frame) this.open.set(subject, (frame = []));
    frame.push(event);
    if (frame.length < this.frameEvents) return;
    this.send(subject, frame);
    if (this.underWay.length >= PIPELINED) await this.acknowledged();
  }

  /** Stores what is left of every subject. */
  async flush(): Promise<void> {
    for (const [subject, frame] of this.open) if (frame.length > 0) this.send(subject, frame);
    await this.acknowledged();
  }

  private send(subject: string, frame: LogEvent[]): void {
    const payload = encodeFrame(frame);
    this.bytes += payload.byteLength;
    this.open.delete(subject);
    this.underWay.push(
      this.topology.log.append(subject, payload, { headers: { [CRC_HEADER]: checksumOf(payload) } }),
    );
  }

  private async acknowledged(): Promise<void> {
    await Promise.all(this.underWay);
    this.underWay = [];
  }
}
