/**
 * The tables as TypeORM entities. Every column names its type, so that nothing depends on what a compiler
 * writes into decorator metadata. `bigint` arrives from the driver as text: `int8` makes it a number
 * (log sequences, exact up to 2^53).
 */
import { Column, Entity, Generated, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';

const int8 = { to: (value: number) => value, from: (value: string) => Number(value) };

/** One row a partition: who may write (epoch), how far it is folded (sequence), and the fold's own state. */
@Entity({ name: 'rekappa_partition' })
export class PartitionRow {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'rekappa_partition_pk' })
  namespace!: string;
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'rekappa_partition_pk' })
  partition!: number;
  @Column({ type: 'bigint', transformer: int8 })
  epoch!: number;
  /** LOG sequence folded into `state` and into the actors of the partition; 0: nothing yet. */
  @Column({ type: 'bigint', transformer: int8 })
  sequence!: number;
  @Column({ type: 'integer' })
  format!: number;
  @Column({ type: 'bytea', nullable: true })
  state!: Buffer | null;
  @Column({ type: 'bytea', nullable: true })
  sha256!: Buffer | null;
  @Column({ type: 'timestamptz', name: 'saved_at', default: () => 'now()' })
  savedAt!: Date;
}

@Entity({ name: 'rekappa_actor' })
export class ActorRow {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'rekappa_actor_pk' })
  namespace!: string;
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'rekappa_actor_pk' })
  partition!: number;
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    name: 'user_id',
    primaryKeyConstraintName: 'rekappa_actor_pk',
  })
  userId!: string;
  @Column({ type: 'bytea' })
  state!: Buffer;
  @Column({ type: 'bytea' })
  sha256!: Buffer;
}

@Entity({ name: 'rekappa_snapshot' })
@Index('rekappa_snapshot_newest', ['namespace', 'model', 'sequence', 'serial'])
export class SnapshotRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'rekappa_snapshot_pk' })
  id!: string;
  /** Order of writing. */
  @Column({ type: 'bigint', transformer: int8 })
  @Generated('increment')
  serial!: number;
  @Column({ type: 'text', collation: 'C' })
  namespace!: string;
  @Column({ type: 'text', collation: 'C' })
  model!: string;
  @Column({ type: 'text' })
  version!: string;
  @Column({ type: 'integer' })
  format!: number;
  /** Sequence of the stream that the model was folded from. */
  @Column({ type: 'bigint', transformer: int8 })
  sequence!: number;
  /** JSON text, byte for byte as written: it is part of the checksum. */
  @Column({ type: 'text' })
  header!: string;
  @Column({ type: 'integer' })
  chunks!: number;
  @Column({ type: 'bigint', transformer: int8 })
  bytes!: number;
  @Column({ type: 'bytea' })
  sha256!: Buffer;
  @Column({ type: 'boolean' })
  complete!: boolean;
  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

@Entity({ name: 'rekappa_snapshot_chunk' })
export class SnapshotChunkRow {
  @PrimaryColumn({ type: 'uuid', name: 'snapshot_id', primaryKeyConstraintName: 'rekappa_snapshot_chunk_pk' })
  snapshotId!: string;
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'rekappa_snapshot_chunk_pk' })
  index!: number;
  @Column({ type: 'bytea' })
  bytes!: Buffer;
  @Column({ type: 'bytea' })
  sha256!: Buffer;
  @ManyToOne(() => SnapshotRow, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'snapshot_id', foreignKeyConstraintName: 'rekappa_snapshot_chunk_of' })
  snapshot?: unknown;
}

/** The key of one user, or what is left of it. Everything that could lead back to the user goes with the key. */
@Entity({ name: 'rekappa_user_key' })
@Index('rekappa_user_key_active', ['namespace', 'reference'], { unique: true, where: `status = 'active'` })
@Index('rekappa_user_key_of', ['namespace', 'reference'])
export class UserKeyRow {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'rekappa_user_key_pk' })
  namespace!: string;
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    name: 'key_id',
    primaryKeyConstraintName: 'rekappa_user_key_pk',
  })
  keyId!: string;
  /** active, former, erasing, erased or lost. */
  @Column({ type: 'text' })
  status!: string;
  @Column({ type: 'text', collation: 'C', nullable: true })
  reference!: string | null;
  @Column({ type: 'text', nullable: true })
  wrapped!: string | null;
  @Column({ type: 'text', nullable: true })
  name!: string | null;
  /** When it was made, or, later, destroyed. */
  @Column({ type: 'timestamptz', name: 'changed_at', default: () => 'now()' })
  changedAt!: Date;
}

/** One user was merged into another: whoever erases the second erases the first. */
@Entity({ name: 'rekappa_user_merge' })
@Index('rekappa_user_merge_from', ['namespace', 'fromKey'])
export class UserMergeRow {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'rekappa_user_merge_pk' })
  namespace!: string;
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    name: 'into_key',
    primaryKeyConstraintName: 'rekappa_user_merge_pk',
  })
  intoKey!: string;
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    name: 'from_key',
    primaryKeyConstraintName: 'rekappa_user_merge_pk',
  })
  fromKey!: string;
}

/** One row a namespace: how its keys are wrapped, and since when its log is sealed. */
@Entity({ name: 'rekappa_sealing' })
export class SealingRow {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'rekappa_sealing_pk' })
  namespace!: string;
  /** A known text under the master key. */
  @Column({ type: 'text' })
  check!: string;
  /** LOG sequence up to which events of users may stand in the clear. */
  @Column({ type: 'bigint', name: 'clear_through', transformer: int8 })
  clearThrough!: number;
}

export const ENTITIES = [
  PartitionRow,
  ActorRow,
  SnapshotRow,
  SnapshotChunkRow,
  UserKeyRow,
  UserMergeRow,
  SealingRow,
];
