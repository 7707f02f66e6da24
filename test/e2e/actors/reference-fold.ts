/**
 * What the hosts must arrive at: the same log folded in one process, one partition after the other in memory,
 * without checkpoints, leases or batches.
 */
import { createHash } from 'node:crypto';
import { Catalogue } from '#catalogue';
import type { Settings } from '#config';
import { decodeItemFrame, decodeUserFrame, encodeFeedbackRecord, isItemEvent } from '#events';
import {
  createUser,
  encodeUser,
  foldSettingsOf,
  PartitionFold,
  SettingsHistory,
  type ResidentUsers,
  type UserState,
} from '#interest';
import { asPartition, asUserId } from '#kernel';
import type { LogTopology } from '#log';

class MemoryUsers implements ResidentUsers {
  readonly states = new Map<string, UserState>();
  readonly known = new Set<string>();

  get(userId: string): UserState {
    let state = this.states.get(userId);
    if (!state) this.states.set(userId, (state = createUser(asUserId(userId))));
    return state;
  }
  touched(userId: string): void {
    this.known.add(userId);
  }
  erase(userId: string): void {
    this.states.delete(userId);
    this.known.delete(userId);
  }
}

export class ReferencePartition {
  readonly users = new MemoryUsers();
  readonly records: Buffer[] = [];
  /** Event ids of the handovers that its merges ask for, and of those that it has folded. */
  readonly handedOver = new Set<string>();
  readonly absorbed = new Set<string>();
  readonly fold: PartitionFold;

  constructor(partition: number, settings: SettingsHistory, catalogue: Catalogue) {
    this.fold = new PartitionFold(
      asPartition(partition),
      settings,
      catalogue,
      this.users,
      (record) => void this.records.push(encodeFeedbackRecord(record)),
      ({ event }) => void this.handedOver.add(event.eventId),
    );
  }

  /** As `rpc.hosts.hash` says it. */
  hash(): { users: number; sha256: string } {
    const ids = [...this.users.known].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const hash = createHash('sha256');
    for (const id of ids)
      hash
        .update(id)
        .update('\0')
        .update(encodeUser(this.users.states.get(id)!));
    return { users: ids.length, sha256: hash.digest('hex') };
  }
}

/** Folds LOG up to `until`, inclusive. */
export async function referenceFold(
  topology: LogTopology,
  settings: Settings,
  until: number,
): Promise<ReferencePartition[]> {
  const catalogue = new Catalogue();
  const inForce = new SettingsHistory(foldSettingsOf(settings));
  const partitions = Array.from(
    { length: topology.partitions },
    (_, partition) => new ReferencePartition(partition, inForce, catalogue),
  );
  if (until === 0) return partitions;
  for await (const batch of topology.log.read({ from: 1, until })) {
    for (const message of batch) {
      const { sequence, appendedAt } = message;
      if (message.subject === 'log.item') {
        for (const entry of decodeItemFrame(message)) {
          if (!('event' in entry)) continue;
          const { event } = entry;
          if (event.kind === 'settings') inForce.record(sequence, event);
          else if (isItemEvent(event)) catalogue.apply(event, { sequence, index: entry.index }, appendedAt);
        }
        continue;
      }
      const partition = Number(message.subject.split('.')[2]);
      const entries = decodeUserFrame(message, partition, topology.partitions).filter(
        (entry) => 'event' in entry,
      );
      partitions[partition]!.fold.fold(sequence, appendedAt, entries);
      for (const entry of entries)
        if ('event' in entry && entry.event.kind === 'absorb')
          partitions[partition]!.absorbed.add(entry.event.eventId);
    }
  }
  return partitions;
}

/** Whether nothing is on its way any more: no window is open, and every handover has arrived. */
export function isAtRest(partitions: readonly ReferencePartition[]): boolean {
  const absorbed = new Set(partitions.flatMap((partition) => [...partition.absorbed]));
  return partitions.every(
    ({ fold, handedOver }) =>
      fold.nextDeadline() === undefined && [...handedOver].every((id) => absorbed.has(id)),
  );
}
