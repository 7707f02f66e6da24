/**
 * That users of a deployment are sealed, written where every writer of LOG can see it, also one that has no Postgres: an empty frame on
 * a subject of its own, which is counted, never read. It is there before the first sealed event, and for ever, as they are.
 */
import { AppError } from '#kernel';
import { checksumOf, CRC_HEADER, encodeFrame } from '#events';
import type { EventLog } from '#log';

/** No partition's: readers of LOG find no entries in it. */
const SUBJECT = 'log.user.sealed';

export async function isMarkedSealed(log: Pick<EventLog, 'count'>): Promise<boolean> {
  return (await log.count(SUBJECT)) > 0;
}

/** Durable when it resolves. Two at once may both write it, which is no harm. @returns whether it was missing */
export async function markSealed(log: Pick<EventLog, 'count' | 'append'>): Promise<boolean> {
  if (await isMarkedSealed(log)) return false;
  const payload = encodeFrame([]);
  await log.append(SUBJECT, payload, { headers: { [CRC_HEADER]: checksumOf(payload) } });
  return true;
}

/** Messages of users: whether anything they did stands in LOG, sealed or not. */
export async function userMessages(log: Pick<EventLog, 'count'>): Promise<number> {
  return (await log.count('log.user.*')) - (await log.count(SUBJECT));
}

/** Why a process without a master key may not run here. */
export function sealedWithoutKey(namespace: string): AppError {
  return new AppError(
    'REK_CONFIG_INVALID',
    `users of namespace ${namespace} are sealed, and there is no key to read them: set REKAPPA_PRIVACY_MASTER_KEY to the one they were sealed under`,
  );
}
