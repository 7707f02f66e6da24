/**
 * The models as a host knew them when it served: FEEDBACK is folded just so far. A list names the sequence its model had; one
 * that does not is given what was stored before it.
 */
import type { OnlineModel } from '#learning';
import type { EventLog, LogMessage } from '#log';
import { foldInto } from '../replay/rebuild-models.js';

export interface Moment {
  readonly modelSequence?: number;
  /** When the list was stored, ms. */
  readonly appendedAt: number;
}

export class FeedbackTail {
  private batch: readonly LogMessage[] = [];
  private at = 0;

  private constructor(
    private readonly batches: AsyncIterator<readonly LogMessage[]> | undefined,
    private readonly models: readonly OnlineModel[],
  ) {}

  static async open(
    feedback: EventLog,
    models: readonly OnlineModel[],
    signal: AbortSignal,
  ): Promise<FeedbackTail> {
    const head = await feedback.head();
    const batches = head > 0 ? feedback.read({ from: 1, until: head, signal }) : undefined;
    return new FeedbackTail(batches?.[Symbol.asyncIterator](), models);
  }

  async advanceTo({ modelSequence, appendedAt }: Moment): Promise<void> {
    for (let next = await this.peek(); next !== undefined; next = await this.peek()) {
      const due =
        modelSequence === undefined ? next.appendedAt <= appendedAt : next.sequence <= modelSequence;
      if (!due) return;
      foldInto(this.models, next.sequence, next.payload);
      this.at++;
    }
  }

  async close(): Promise<void> {
    await this.batches?.return?.();
  }

  private async peek(): Promise<LogMessage | undefined> {
    while (this.at >= this.batch.length) {
      const next = await this.batches?.next();
      if (!next || next.done) return undefined;
      // The batch shares memory with the network buffer, and the next is asked for only when this one is folded.
      this.batch = next.value;
      this.at = 0;
    }
    return this.batch[this.at];
  }
}
