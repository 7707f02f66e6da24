/**
 * SHA-256 over all users of a partition, in byte order of their ids: userId | 0x00 | encoded state. A rebuild from
 * the log up to the same sequence must give the same hash (I1).
 */
import { createHash, type Hash } from 'node:crypto';
import type { PartitionActors } from '#actor';
import { type UserState } from '#interest';
import type { ActorState } from '#store';

/** Users hashed before other work gets a turn. */
const SLICE_USERS = 256;

export interface PartitionHash {
  readonly users: number;
  readonly sha256: string;
}

/**
 * @param users the resident ones, whose states are newer than any stored one
 * @param stored the checkpointed ones, in byte order of their ids
 */
export async function hashPartition(
  users: PartitionActors<UserState>,
  stored: AsyncIterable<ActorState>,
): Promise<PartitionHash> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const { userId, state } of merged(users, stored)) {
    add(hash, userId, state);
    if (++count % SLICE_USERS === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { users: count, sha256: hash.digest('hex') };
}

async function* merged(
  users: PartitionActors<UserState>,
  stored: AsyncIterable<ActorState>,
): AsyncGenerator<ActorState> {
  const resident = [...users.entries()].map(([userId, encode]) => ({
    key: Buffer.from(userId, 'utf8'),
    userId,
    encode,
  }));
  resident.sort((a, b) => Buffer.compare(a.key, b.key));
  const residentIds = new Set(resident.map(({ userId }) => userId));
  let next = 0;
  for await (const row of stored) {
    if (residentIds.has(row.userId) || users.isErased(row.userId)) continue;
    const key = Buffer.from(row.userId, 'utf8');
    for (; next < resident.length && Buffer.compare(resident[next]!.key, key) < 0; next++)
      yield encoded(resident[next]!);
    yield row;
  }
  for (; next < resident.length; next++) yield encoded(resident[next]!);
}

function encoded({ userId, encode }: { userId: string; encode: () => Uint8Array }): ActorState {
  return { userId, state: encode() };
}

function add(hash: Hash, userId: string, state: Uint8Array): void {
  hash.update(userId, 'utf8').update('\0').update(state);
}
