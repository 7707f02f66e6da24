/** What a reader could not use: kept for seven days with its reason and where it stood, so that it stalls nobody and is not lost. */
import type { Rejection } from '#events';
import type { LogTopology } from './topology.js';

/** Bytes of the rejected payload that are kept. */
export const DEAD_PAYLOAD_BYTES_MAX = 16 * 1024;
export const DEAD_PAGE_MAX = 1_000;

export interface DeadLetterSource {
  readonly stream: string;
  readonly sequence: number;
  readonly index: number;
}

export interface DeadLetter {
  /** Which reader refused it: one subject token, `actors`, `learner`... */
  readonly where: string;
  readonly reason: Rejection;
  readonly source: DeadLetterSource;
  /** The payload as text, or base64 where it is not UTF-8; cut at DEAD_PAYLOAD_BYTES_MAX. */
  readonly raw: string;
  readonly encoding: 'utf8' | 'base64';
  /** Bytes of the whole payload. */
  readonly bytes: number;
}

export interface StoredDeadLetter extends DeadLetter {
  readonly sequence: number;
  /** ms since the Unix epoch. */
  readonly at: number;
}

export interface DeadLetterPage {
  readonly letters: StoredDeadLetter[];
  /** What to pass as `after` for the next page; absent on the last one. */
  readonly next?: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

export class DeadLetters {
  constructor(private readonly topology: LogTopology) {}

  /** Stored once, however many readers meet the same entry within two minutes. Resolves with the sequence in DEAD. */
  put(letter: { where: string; reason: Rejection; source: DeadLetterSource; raw: unknown }): Promise<number> {
    const { where, reason, source } = letter;
    const stored: DeadLetter = { where, reason, source, ...preserve(letter.raw) };
    return this.topology.dead.append(
      this.topology.subjects.dead(where),
      Buffer.from(JSON.stringify(stored)),
      {
        messageId: `${where}/${source.stream}/${source.sequence}/${source.index}`,
      },
    );
  }

  /** The oldest first, `limit` at a time. */
  async list(options: { where?: string; after?: number; limit?: number } = {}): Promise<DeadLetterPage> {
    const { dead, subjects } = this.topology;
    const limit = Math.min(options.limit ?? 100, DEAD_PAGE_MAX);
    const after = options.after ?? 0;
    const until = await dead.head();
    if (after >= until) return { letters: [] };
    const letters: StoredDeadLetter[] = [];
    const subject = subjects.dead(options.where ?? '*');
    for await (const batch of dead.read({ from: after + 1, until, subject, batchMax: limit + 1 })) {
      for (const message of batch) {
        if (letters.length === limit) return { letters, next: letters[limit - 1]!.sequence };
        const letter = JSON.parse(Buffer.from(message.payload).toString('utf8')) as DeadLetter;
        letters.push({ ...letter, sequence: message.sequence, at: message.appendedAt });
      }
    }
    return { letters };
  }

  /** @returns false when it was dropped or had expired before */
  drop(sequence: number): Promise<boolean> {
    return this.topology.dead.remove(sequence);
  }

  /** How many are kept now. */
  count(where?: string): Promise<number> {
    return this.topology.dead.count(this.topology.subjects.dead(where ?? '*'));
  }
}

function preserve(raw: unknown): Pick<DeadLetter, 'raw' | 'encoding' | 'bytes'> {
  const whole =
    raw instanceof Uint8Array
      ? raw
      : Buffer.from(typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? ''), 'utf8');
  const kept = whole.subarray(0, DEAD_PAYLOAD_BYTES_MAX);
  const bytes = whole.byteLength;
  try {
    return { raw: decoder.decode(untilWholeCharacter(kept, bytes)), encoding: 'utf8', bytes };
  } catch {
    return { raw: Buffer.from(kept).toString('base64'), encoding: 'base64', bytes };
  }
}

/** Drops a character that the cut went through. */
function untilWholeCharacter(kept: Uint8Array, bytes: number): Uint8Array {
  if (kept.byteLength === bytes) return kept;
  let end = kept.byteLength;
  while (end > 0 && (kept[end - 1]! & 0xc0) === 0x80) end--;
  return end > 0 && kept[end - 1]! >= 0xc0 ? kept.subarray(0, end - 1) : kept.subarray(0, end);
}
