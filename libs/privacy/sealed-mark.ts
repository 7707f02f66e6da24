/**
 * That users of a deployment are sealed, written where every writer of LOG can see it, also one that has no Postgres: an empty frame on
 * a subject of its own, which is counted, never read. It is there before the first sealed event, and for ever, as they are.
 */
import { AppError } from '#kernel';
import { checksumOf, CRC_HEADER, encodeFrame } from '#events';
import type { EventLog } from '#log';

/** No partition's: readers of LOG find no entries in it. */
export const SEALED_SUBJECT = 'log.user.sealed';

export async function isMarkedSealed(log: Pick<EventLog, 'count'>): Promise<boolean> {
  return (await log.count(SEALED_SUBJECT)) > 0;
}

/** Durable when it resolves. Two at once may both write it, which is no harm. */
export async function markSealed(log: Pick<EventLog, 'count' | 'append'>): Promise<void> {
  if (await isMarkedSealed(log)) return;
  const payload = encodeFrame([]);
  await log.append(SEALED_SUBJECT, payload, { headers: { [CRC_HEADER]: checksumOf(payload) } });
}

/** Messages of users: whether anything they did stands in LOG, sealed or not. */
export async function userMessages(log: Pick<EventLog, 'count'>): Promise<number> {
  const marks = await log.count(SEALED_SUBJECT);
  return (await log.count('log.user.*')) - marks;
}

/** Why a process without a master key may not run here. */
export function sealedWithoutKey(namespace: string): AppError {
  return new AppError(
    'REK_CONFIG_INVALID',
    `users of namespace ${namespace} are sealed, and there is no key to read them: set REKAPPA_PRIVACY_MASTER_KEY to the one they were sealed under`,
  );
}
