/** What must be true of a world at rest: everything in it is a plain fold of its logs. */
import { LogFold } from '#evaluation';
import { canonicalRecords, decodeUserFrame, encodeFeedbackRecord } from '#events';
import { foldSettingsOf } from '#interest';
import { modelSettingsOf, OnlineModel } from '#learning';
import type { EventLog, LogMessage } from '#log';
import { hashPartition } from '../../../apps/actors/partition/partition-hash.js';
import { settingsInLog } from '../../../apps/cli/replay/settings-in-log.js';
import type { UserLogEvent } from './client.js';
import type { SimulatedLearner } from './simulated-learner.js';
import { PARTITIONS, SETTINGS, type World } from './world.js';

/** @returns what does not hold */
export async function judge(world: World): Promise<string[]> {
  if (world.broken.length > 0) return world.broken;
  const log = await messagesOf(world.topology.log);
  const feedback = await messagesOf(world.topology.feedback);
  world.count('entries of feedback', feedback.length);
  return [
    ...appliedOnce(world, log),
    ...(await equalsFold(world, log, feedback)),
    ...(world.learner ? weightsEqual(world, world.learner, feedback) : []),
  ];
}

/**
 * Every event that stands in LOG, and so every acknowledged one, counts once, whatever number of times it stands there; but whoever is
 * erased is forgotten with all event ids.
 */
function appliedOnce(world: World, log: readonly LogMessage[]): string[] {
  const broken: string[] = [];
  const stored = new Set<string>();
  const wanted = { entries: 0, events: 0, interactions: 0 };
  for (const partition of Array.from({ length: PARTITIONS }, (_, p) => p)) {
    const seen = new Map<string, Set<string>>();
    for (const { eventId, userId, kind } of inForce(world, log, partition)) {
      wanted.entries++;
      stored.add(eventId);
      const ids = seen.get(userId) ?? new Set<string>();
      if (ids.has(eventId)) continue;
      wanted.events++;
      if (kind === 'interaction') wanted.interactions++;
      if (kind === 'erase') seen.delete(userId);
      else seen.set(userId, ids.add(eventId));
    }
  }
  const lost = [...world.client.acknowledged].filter((id) => !stored.has(id));
  if (lost.length > 0) broken.push(`acknowledged and not in the log: ${lost.join()}`);
  world.count('acknowledged events', world.client.acknowledged.size);
  world.count('duplicates in the log', wanted.entries - wanted.events);
  const counters = world.owners().map((own) => own!.state!.fold.counters);
  const sum = (name: 'events' | 'interactions'): number =>
    counters.reduce((all, each) => all + each[name], 0);
  for (const name of ['events', 'interactions'] as const)
    if (sum(name) !== wanted[name])
      broken.push(`${sum(name)} ${name} applied, of ${wanted[name]} in the log`);
  return broken;
}

/** The users' events of a partition in order, without what a deposed host wrote. */
function* inForce(world: World, log: readonly LogMessage[], partition: number): Generator<UserLogEvent> {
  let epoch = 0;
  for (const message of log) {
    if (message.subject !== world.topology.subjects.user(partition)) continue;
    for (const entry of decodeUserFrame(message, partition, PARTITIONS)) {
      if (!('event' in entry)) continue;
      const { event } = entry;
      if ('epoch' in event && event.epoch !== undefined) {
        if (event.epoch < epoch) {
          world.count('entries of a deposed host');
          continue;
        }
        epoch = event.epoch;
      }
      if ('userId' in event) yield event;
    }
  }
}

/** Users and feedback, byte for byte and per partition in order, are what one process makes of the log. */
async function equalsFold(
  world: World,
  log: readonly LogMessage[],
  feedback: readonly LogMessage[],
): Promise<string[]> {
  const broken: string[] = [];
  const records: Buffer[][] = Array.from({ length: PARTITIONS }, () => []);
  const settings = await settingsInLog(
    world.topology,
    foldSettingsOf(SETTINGS),
    new AbortController().signal,
  );
  const entries = log.filter(({ subject }) => subject === world.topology.subjects.item).length;
  world.count('changes of settings', Math.max(0, entries - 1));
  const fold = new LogFold(PARTITIONS, settings, (partition, record) =>
    records[partition]!.push(Buffer.from(encodeFeedbackRecord(record))),
  );
  for (const message of log) fold.fold(message);
  for (const [partition, own] of world.owners().entries()) {
    const users = await own!.between((state) =>
      hashPartition(state.users, world.checkpoints.users(partition)),
    );
    const wanted = fold.partitions[partition]!.hash();
    if (users.sha256 !== wanted.sha256)
      broken.push(`partition ${partition}: ${users.users} users differ from the fold's ${wanted.users}`);
    const stored = feedback
      .filter(({ subject }) => subject === world.topology.subjects.feedback(partition))
      .flatMap(({ payload }) => canonicalRecords(payload));
    const [emitted, derived] = [Buffer.concat(stored), Buffer.concat(records[partition]!)];
    world.count('samples and other records', records[partition]!.length);
    if (!emitted.equals(derived))
      broken.push(
        `partition ${partition}: ${emitted.length} bytes of feedback, ${derived.length} from the fold`,
      );
  }
  return broken;
}

/** The weights are a fold of FEEDBACK, from its beginning and from any snapshot. */
function weightsEqual(world: World, learner: SimulatedLearner, feedback: readonly LogMessage[]): string[] {
  const fold = (model: OnlineModel): string => {
    for (const { sequence, payload } of feedback)
      if (sequence > model.sequence) model.fold(sequence, payload);
    return model.hash().sha256;
  };
  const wanted = fold(new OnlineModel(modelSettingsOf(SETTINGS)));
  const broken: string[] = [];
  world.count('weights compared');
  if (learner.hash() !== wanted) broken.push('the weights are not those of a fold of FEEDBACK');
  const last = world.snapshots.stored.at(-1);
  if (last) {
    world.count('snapshots replayed from');
    if (fold(OnlineModel.decodeSnapshot(last.header, last.chunks)) !== wanted)
      broken.push(`the weights from the snapshot at ${last.sequence} are others`);
  }
  return broken;
}

async function messagesOf(log: EventLog): Promise<LogMessage[]> {
  const messages: LogMessage[] = [];
  const until = await log.head();
  if (until > 0) for await (const batch of log.read({ from: 1, until })) messages.push(...batch);
  return messages;
}
