/**
 * Messages that the log reader has delivered to a partition and that it has not folded yet. Bounded: when a
 * partition does not keep up, the messages are let go and `overflowed` says so; the partition then reads
 * them again by itself (catch-up), and nobody else waits for it.
 */
import type { LogMessage } from '#log';

export const INBOX_MESSAGES_MAX = 8_192;
export const INBOX_BYTES_MAX = 32 * 1024 * 1024;
/** Under this share of a bound there is room again. */
const ROOM_SHARE = 0.5;

export class PartitionInbox {
  private messages: LogMessage[] = [];
  private bytes = 0;
  private lost = false;
  private deliveredThrough = 0;
  private wakeUp: () => void = () => undefined;
  private roomWanted: (() => void)[] = [];

  /** Log sequence up to which everything of this partition has been delivered. */
  get through(): number {
    return this.deliveredThrough;
  }

  get overflowed(): boolean {
    return this.lost;
  }

  get length(): number {
    return this.messages.length;
  }

  /** When the oldest waiting message was appended, ms; undefined when none waits. */
  get oldestAppendedAt(): number | undefined {
    return this.messages[0]?.appendedAt;
  }

  /** Forgets what waits: everything up to `through` is read elsewhere, what comes after will be delivered. */
  reopen(through: number): void {
    this.clear();
    this.lost = false;
    this.deliveredThrough = through;
  }

  deliver(messages: readonly LogMessage[], through: number): void {
    this.deliveredThrough = through;
    if (this.lost) return;
    for (const message of messages) {
      this.messages.push(message);
      this.bytes += message.payload.byteLength;
    }
    if (this.messages.length > INBOX_MESSAGES_MAX || this.bytes > INBOX_BYTES_MAX) this.leaveBehind();
    else this.wake();
  }

  leaveBehind(): void {
    this.lost = true;
    this.clear();
    this.wake();
  }

  /** The next messages, at least one if any waits. */
  take(messagesMax: number, bytesMax: number): LogMessage[] {
    let count = 0;
    let bytes = 0;
    while (
      count < this.messages.length &&
      count < messagesMax &&
      (count === 0 || bytes + this.messages[count]!.payload.byteLength <= bytesMax)
    ) {
      bytes += this.messages[count++]!.payload.byteLength;
    }
    const taken = this.messages.splice(0, count);
    this.bytes -= bytes;
    if (this.roomy()) this.giveRoom();
    return taken;
  }

  /** Whether the reader may go on. */
  roomy(): boolean {
    return (
      this.lost ||
      (this.messages.length <= INBOX_MESSAGES_MAX * ROOM_SHARE && this.bytes <= INBOX_BYTES_MAX * ROOM_SHARE)
    );
  }

  async room(): Promise<void> {
    while (!this.roomy()) await new Promise<void>((resolve) => this.roomWanted.push(resolve));
  }

  /** Resolves at the next `wake`. */
  arrival(): Promise<void> {
    return new Promise((resolve) => (this.wakeUp = resolve));
  }

  wake(): void {
    this.wakeUp();
  }

  clear(): void {
    this.messages = [];
    this.bytes = 0;
    this.giveRoom();
  }

  private giveRoom(): void {
    for (const resolve of this.roomWanted.splice(0)) resolve();
  }
}
