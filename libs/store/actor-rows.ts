/**
 * Writes many actor rows with few statements. All states of a statement travel as one binary parameter that
 * the server cuts up again: an array of bytea would travel as hexadecimal text, twice the bytes and slow to parse.
 */
import type { EntityManager } from 'typeorm';
import { checksum } from './checksum.js';

/** State bytes of one statement. */
export const STATEMENT_BYTES_MAX = 8 * 1024 * 1024;
/** Rows of one statement. */
export const STATEMENT_ROWS_MAX = 10_000;

export interface ActorState {
  readonly userId: string;
  readonly state: Uint8Array;
}

const UPSERT = `
  INSERT INTO rekappa_actor (namespace, partition, user_id, state, sha256)
  SELECT $1, $2, t.user_id, substring($3::bytea FROM t.start FOR t.size), substring($4::bytea FROM (t.n::int - 1) * 32 + 1 FOR 32)
  FROM unnest($5::text[], $6::int[], $7::int[]) WITH ORDINALITY AS t (user_id, start, size, n)
  ON CONFLICT (namespace, partition, user_id) DO UPDATE SET state = excluded.state, sha256 = excluded.sha256`;

export async function upsertActors(
  manager: EntityManager,
  namespace: string,
  partition: number,
  actors: readonly ActorState[],
): Promise<void> {
  for (const group of grouped(actors)) {
    const starts: number[] = [];
    let start = 1;
    for (const { state } of group) {
      starts.push(start);
      start += state.byteLength;
    }
    await manager.query(UPSERT, [
      namespace,
      partition,
      Buffer.concat(group.map((actor) => actor.state)),
      Buffer.concat(group.map((actor) => checksum(actor.userId, actor.state))),
      group.map((actor) => actor.userId),
      starts,
      group.map((actor) => actor.state.byteLength),
    ]);
  }
}

function* grouped(actors: readonly ActorState[]): Generator<ActorState[]> {
  let group: ActorState[] = [];
  let bytes = 0;
  for (const actor of actors) {
    if (
      group.length > 0 &&
      (bytes + actor.state.byteLength > STATEMENT_BYTES_MAX || group.length === STATEMENT_ROWS_MAX)
    ) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(actor);
    bytes += actor.state.byteLength;
  }
  if (group.length > 0) yield group;
}
