/**
 * Publishes frames until they are acknowledged: what gets no answer is sent again under the same event ids, and stands in
 * LOG twice. Knows which events were acknowledged.
 */
import type { LogEvent } from '#events';
import { partitionOf } from '#kernel';
import { appendEvents, type LogTopology } from '#log';
import { Line, type Schedule } from './line.js';

export type UserLogEvent = Extract<LogEvent, { userId: string }>;

export class Client {
  readonly acknowledged = new Set<string>();
  readonly sent: UserLogEvent[] = [];
  /** Frames that were sent again although they had been stored, or for the sake of it. */
  repeated = 0;
  underWay = 0;
  private readonly line: Line;

  constructor(
    private readonly topology: LogTopology,
    schedule: Schedule,
  ) {
    this.line = new Line('client', schedule);
  }

  publish(events: readonly UserLogEvent[]): void {
    const { partitions, subjects } = this.topology;
    const byPartition = new Map<number, UserLogEvent[]>();
    for (const event of events) {
      this.sent.push(event);
      const partition = partitionOf(event.userId, partitions);
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), event]);
    }
    for (const [partition, frame] of byPartition) void this.send(subjects.user(partition), frame);
  }

  /** The same event once more, on its own. */
  again(nth: number): void {
    const event = this.sent[nth % this.sent.length];
    if (!event) return;
    this.repeated++;
    const { partitions, subjects } = this.topology;
    void this.send(subjects.user(partitionOf(event.userId, partitions)), [event]);
  }

  private async send(subject: string, frame: readonly UserLogEvent[]): Promise<void> {
    this.underWay++;
    const append = () => appendEvents(this.topology.log, subject, frame);
    while (
      !(await this.line.call(`publish ${subject}`, append, 'REK_LOG_UNAVAILABLE').then(
        () => true,
        () => false,
      ))
    )
      this.repeated++;
    for (const { eventId } of frame) this.acknowledged.add(eventId);
    this.underWay--;
  }
}
