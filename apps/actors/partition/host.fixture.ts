/** For tests of partition hosts: events of one partition, and what a fold that nothing disturbs makes of them. */
import { createHash } from 'node:crypto';
import { loadSettings } from '#config';
import {
  decodeUserFrame,
  canonicalRecords,
  encodeFeedbackRecord,
  type FrameEntry,
  type LogEvent,
} from '#events';
import {
  createUser,
  encodeUser,
  foldSettingsOf,
  PartitionFold,
  SettingsHistory,
  type UserState,
} from '#interest';
import { asUserId, partitionOf, SeededRandom } from '#kernel';
import type { LogTopology } from '#log';

export const PARTITIONS = 4;
export const P = 1;
export const USERS = Array.from({ length: 400 }, (_, i) => `user-${i}`).filter(
  (id) => partitionOf(id, PARTITIONS) === P,
);
export const START = 1_700_000_000_000;

/** Seeded events of one partition; event times move on, ticks close the windows. */
export function* events(seed: number, count: number): Generator<LogEvent> {
  const random = new SeededRandom(seed);
  for (let i = 0; i < count; i++) {
    const timestamp = START + i * 20_000;
    const base = { eventId: `e${i}`, userId: asUserId(random.pick(USERS)), timestamp, version: 1 as const };
    const dice = random.next();
    if (i % 25 === 24) yield { kind: 'tick', eventId: `t${i}`, timestamp, version: 1, epoch: 0 };
    else if (dice < 0.03) yield { kind: 'erase', ...base };
    else if (dice < 0.6)
      yield {
        kind: 'impression',
        ...base,
        items: [1, 2, 3].map((n) => ({ itemId: `i${random.below(20) + n}`, position: n })),
      };
    else yield { kind: 'interaction', ...base, type: 'click', itemId: `i${random.below(20)}` };
  }
}

/** What an undisturbed fold of the partition's log makes. @param without ids of events left out */
export async function reference({ log }: LogTopology, without: ReadonlySet<string> = new Set()) {
  const states = new Map<string, UserState>();
  const known = new Set<string>();
  const records: Buffer[] = [];
  const users = {
    get: (id: string) => states.get(id) ?? (states.set(id, createUser(asUserId(id))), states.get(id)!),
    touched: (id: string) => void known.add(id),
    erase: (id: string) => void (states.delete(id), known.delete(id)),
  };
  const fold = new PartitionFold(
    P,
    new SettingsHistory(foldSettingsOf(loadSettings({}))),
    { at: () => undefined },
    users,
    (record) => void records.push(encodeFeedbackRecord(record)),
    () => undefined,
  );
  for await (const batch of log.read({ from: 1, until: await log.head(), subject: `log.user.${P}` })) {
    for (const message of batch) {
      const entries = decodeUserFrame(message, P, PARTITIONS).filter(
        (entry: FrameEntry) => 'event' in entry && !without.has(entry.event.eventId),
      );
      fold.fold(message.sequence, message.appendedAt, entries);
    }
  }
  const hash = createHash('sha256');
  for (const id of [...known].sort())
    hash
      .update(id)
      .update('\0')
      .update(encodeUser(states.get(id)!));
  return { bytes: Buffer.concat(records), users: known.size, sha256: hash.digest('hex') };
}

/** All records of FEEDBACK, in order, in their canonical form. */
export async function emitted({ feedback }: LogTopology): Promise<Buffer> {
  const records: Buffer[] = [];
  for await (const batch of feedback.read({ from: 1, until: await feedback.head() }))
    for (const { payload } of batch) records.push(...canonicalRecords(payload));
  return Buffer.concat(records);
}
