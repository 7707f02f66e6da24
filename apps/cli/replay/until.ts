/** How far a replay goes: a stream sequence, or a moment of the server's clock. */
import { InvalidArgumentError } from 'commander';
import type { EventLog, LogMessage } from '#log';

export type Until = { readonly sequence: number } | { readonly at: number };

/** Of an option's value. @throws InvalidArgumentError: commander adds which option it is */
export function parseUntil(text: string): Until {
  if (/^\d+$/.test(text)) return { sequence: Number(text) };
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new InvalidArgumentError('give a sequence such as 12000, or a time such as 2026-01-31T12:00:00Z.');
  return { at };
}

/** Sequence of the last message wanted, as far as it is known beforehand. */
export async function lastSequence(log: EventLog, until: Until | undefined): Promise<number> {
  const head = await log.head();
  return until && 'sequence' in until ? Math.min(head, until.sequence) : head;
}

/** Messages from the first to `last`, or to the last one stored before a moment. */
export async function* readUntil(
  log: EventLog,
  last: number,
  until: Until | undefined,
  signal: AbortSignal,
): AsyncIterable<LogMessage[]> {
  if (last === 0) return;
  const before = until && 'at' in until ? until.at : Infinity;
  for await (const batch of log.read({ from: 1, until: last, signal })) {
    const wanted = batch.filter((message) => message.appendedAt <= before);
    if (wanted.length > 0) yield wanted;
    if (wanted.length < batch.length) return;
  }
}
