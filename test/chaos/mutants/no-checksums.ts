/** Checkpoints and snapshots are believed as they are read. */
import { CheckpointStore, SnapshotStore } from '#store';
import { inside } from './inside.js';

interface PartitionRow {
  sequence: string;
  state: Uint8Array | null;
}
interface SnapshotRow {
  id: string;
  sequence: string;
  header: string;
  created_at: Date;
}
interface Source {
  source: { query(sql: string, parameters: unknown[]): Promise<Record<string, Uint8Array & string>[]> };
}
interface Checkpoints {
  checked(partition: number, row: PartitionRow): unknown;
  load(partition: number, users: readonly string[]): Promise<Map<string, Uint8Array>>;
}

const checkpoints = inside<Checkpoints>(CheckpointStore);
checkpoints.checked = (_partition, { sequence, state }) =>
  state === null ? undefined : { sequence: Number(sequence), state };
checkpoints.load = async function (this: Checkpoints & Source, partition, users) {
  const rows = await this.source.query(
    `SELECT user_id, state FROM rekappa_actor WHERE partition = $1 AND user_id = ANY($2::text[])`,
    [partition, users],
  );
  return new Map(rows.map((row) => [row['user_id']!, row['state']!]));
};

inside<{ read(row: SnapshotRow): Promise<unknown> }>(SnapshotStore).read = async function (
  this: Source,
  row: SnapshotRow,
) {
  const rows = await this.source.query(
    `SELECT bytes FROM rekappa_snapshot_chunk WHERE snapshot_id = $1 ORDER BY index`,
    [row.id],
  );
  const chunks = rows.map(({ bytes }) => bytes!);
  return { ...row, sequence: Number(row.sequence), header: JSON.parse(row.header), chunks };
};
