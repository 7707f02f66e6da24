/**
 * Appends `tick` entries: how time reaches a fold (I4). A partition gets one when its next deadline is due by the
 * stream's time, and the next only after it has folded that one. A tick of a former owner carries an older
 * epoch and is ignored by the fold.
 */
import { EVENT_VERSION, type Tick } from '#events';
import { streamNow } from '#interest';
import type { Clock } from '#kernel';
import { appendEvents, type Lease, type LogTopology } from '#log';
import type { PartitionHost } from './partition-host.js';

/** A tick without acknowledgement is tried again after this, ms; its id makes it one. */
const OUTSTANDING_MS = 10_000;

export class TickScheduler {
  private outstanding: { sequence: number; sentAt: number } | undefined;

  constructor(
    private readonly topology: LogTopology,
    private readonly clock: Clock,
    private readonly appended: () => void,
    private readonly failed: (error: unknown, lease: Lease) => void,
  ) {}

  /** Appends a tick if one is due. Call it every `actors.tickMs`. */
  async look(host: PartitionHost): Promise<void> {
    const state = host.state;
    if (host.phase !== 'live' || !state?.sound || this.waiting(host)) return;
    const deadline = state.fold.nextDeadline();
    if (deadline === undefined) return;
    const timestamp = Math.floor(streamNow(state.fold.streamTime, host.foldedAt, this.clock.now()));
    if (timestamp < deadline) return;
    await this.append(host.lease, timestamp);
  }

  private waiting(host: PartitionHost): boolean {
    if (!this.outstanding) return false;
    const { sequence, sentAt } = this.outstanding;
    if (host.position < sequence && this.clock.monotonic() - sentAt < OUTSTANDING_MS) return true;
    this.outstanding = undefined;
    return false;
  }

  private async append(lease: Lease, timestamp: number): Promise<void> {
    const { partition, epoch } = lease;
    const eventId = `tick-${partition}-${epoch}-${timestamp}`;
    const tick: Tick = { kind: 'tick', eventId, timestamp, version: EVENT_VERSION, epoch };
    const sent = { sequence: Infinity, sentAt: this.clock.monotonic() };
    this.outstanding = sent;
    try {
      const { log, subjects } = this.topology;
      sent.sequence = await appendEvents(log, subjects.user(partition), [tick], eventId);
      this.appended();
    } catch (error) {
      this.failed(error, lease);
    }
  }
}
