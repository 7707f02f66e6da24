/**
 * One walk over a stream from its first message to its head: which sequences are missing, which messages do not match
 * their checksum, which cannot be used. It reads past damage, so that all of it is named, not only the first.
 */
import { AppError } from '#kernel';
import { addToRanges, type EventLog, type LogMessage, type Range } from '#log';

/** What one message turned out to be. `refused` was never sound and went to the dead stream: it is no damage. */
export interface Finding {
  readonly kind: 'damaged' | 'refused';
  readonly message: string;
}

export interface StreamAudit {
  readonly stream: string;
  readonly head: number;
  readonly messages: number;
  readonly bytes: number;
  readonly missing: readonly Range[];
  readonly damaged: readonly Range[];
  /** Why each damaged message is one; the first REASONS_MAX. */
  readonly reasons: readonly string[];
  /** Entries that readers put into the dead stream. */
  readonly refused: number;
}

const REASONS_MAX = 20;

export interface AuditOptions {
  readonly examine: (message: LogMessage) => readonly Finding[];
  readonly progress: (sequence: number, messages: number) => void;
  readonly done?: (sequence: number, messages: number) => void;
  readonly signal: AbortSignal;
}

export async function auditStream(
  log: EventLog,
  { examine, progress, done, signal }: AuditOptions,
): Promise<StreamAudit> {
  const head = await log.head();
  const missing: Range[] = [];
  const damaged: Range[] = [];
  const reasons: string[] = [];
  let messages = 0;
  let bytes = 0;
  let refused = 0;
  const onGap = (from: number, to: number): void => addToRanges(missing, from, to);
  if (head > 0) {
    for await (const batch of log.read({ from: 1, until: head, signal, onGap })) {
      for (const message of batch) {
        messages++;
        bytes += message.payload.byteLength;
        const findings = examine(message);
        refused += findings.filter(({ kind }) => kind === 'refused').length;
        const damage = findings.find(({ kind }) => kind === 'damaged');
        if (!damage) continue;
        addToRanges(damaged, message.sequence, message.sequence);
        if (reasons.length < REASONS_MAX) reasons.push(`${message.sequence}: ${damage.message}`);
      }
      progress(batch.at(-1)?.sequence ?? 0, messages);
    }
  }
  done?.(head, messages);
  if (signal.aborted) throw new AppError('REK_NOT_READY', 'interrupted before the walk was complete');
  return { stream: log.name, head, messages, bytes, missing, damaged, reasons, refused };
}
