/**
 * Who did what to the deployment: promotions, dropped events, reads of a person's state. Append-only, and chained: each
 * entry holds the hash of the one before it,
 *
 *     hash = SHA-256(JSON of [previous, at, actor, action, target, details])
 *
 * so that an altered, removed or inserted entry is found by walking. Whoever keeps the newest hash elsewhere also sees a
 * cut-off end. Writers race through the stream's expected last sequence, so the chain never forks.
 */
import { createHash } from 'node:crypto';
import { AppError, retry, type Clock } from '#kernel';
import type { EventLog } from './event-log.js';

/** Before the first entry. */
export const AUDIT_GENESIS = '0'.repeat(64);
const SUBJECT = 'audit';
/** Writers that meet: each round one of them gets through. */
const APPEND_ATTEMPTS = 20;
const TEXT_CHARS_MAX = 256;

export interface AuditAction {
  /** A key's name, or user@machine of a command. */
  readonly actor: string;
  /** What was done: `user.state.read`, `dead.drop`, `model.promote`. */
  readonly action: string;
  /** To what: a user, a model, a sequence. */
  readonly target: string;
  readonly details?: string;
}

export interface AuditEntry extends Required<AuditAction> {
  /** ISO 8601. */
  readonly at: string;
  readonly previous: string;
  readonly hash: string;
}

export interface AuditWalk {
  readonly entries: readonly (AuditEntry & { readonly sequence: number })[];
  /** Sequences of entries that are not what was written, or whose neighbour is missing. */
  readonly broken: readonly number[];
  /** Hash of the newest entry. */
  readonly head: string;
}

export class AuditTrail {
  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock,
  ) {}

  /** Durable when it resolves. @throws AppError REK_LOG_UNAVAILABLE */
  async record(done: AuditAction): Promise<AuditEntry> {
    return retry(() => this.append(done), {
      attempts: APPEND_ATTEMPTS,
      baseMs: 2,
      capMs: 50,
      retryable: (error) => error instanceof AppError && error.code === 'REK_STALE_EPOCH',
    });
  }

  /** The whole trail, oldest first, checked entry by entry. */
  async walk(): Promise<AuditWalk> {
    const entries: (AuditEntry & { sequence: number })[] = [];
    const broken: number[] = [];
    const until = await this.log.head();
    let head = AUDIT_GENESIS;
    if (until > 0) {
      for await (const batch of this.log.read({ from: 1, until, onGap: (from) => void broken.push(from) })) {
        for (const { sequence, payload } of batch) {
          const entry = decode(payload);
          if (!entry || entry.previous !== head || hashOf(entry) !== entry.hash) broken.push(sequence);
          if (!entry) continue;
          entries.push({ ...entry, sequence });
          head = entry.hash;
        }
      }
    }
    return { entries, broken, head };
  }

  private async append({ actor, action, target, details = '' }: AuditAction): Promise<AuditEntry> {
    const last = await this.log.last(SUBJECT);
    const unsigned = {
      at: new Date(this.clock.now()).toISOString(),
      actor: bounded(actor),
      action: bounded(action),
      target: bounded(target),
      details: bounded(details),
      previous: (last && decode(last.payload)?.hash) ?? AUDIT_GENESIS,
    };
    const entry = { ...unsigned, hash: hashOf(unsigned) };
    await this.log.append(SUBJECT, Buffer.from(JSON.stringify(entry)), {
      expectedLastSubjectSequence: last?.sequence ?? 0,
    });
    return entry;
  }
}

function hashOf({ previous, at, actor, action, target, details }: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, at, actor, action, target, details]))
    .digest('hex');
}

function decode(payload: Uint8Array): AuditEntry | undefined {
  try {
    const entry = JSON.parse(Buffer.from(payload).toString('utf8')) as AuditEntry;
    return typeof entry?.hash === 'string' ? entry : undefined;
  } catch {
    return undefined;
  }
}

function bounded(text: string): string {
  return text.slice(0, TEXT_CHARS_MAX);
}
