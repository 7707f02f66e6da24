/**
 * Which streams and subjects there are, for one namespace. Ensuring them is idempotent: any number of
 * processes may start at once. The partition count is recorded in the LOG stream's description when it is
 * created and never changes: every start checks it.
 */
import type { JetStreamManager } from '@nats-io/jetstream';
import type { AckWindowOptions } from './ack-window.js';
import type { EventLog } from './event-log.js';
import { MemoryEventLog } from './memory-event-log.js';
import { managerOf, NatsEventLog } from './nats-event-log.js';
import { userOf, type NatsConnection } from './nats-connection.js';
import { qualifiedName, subjectPrefix } from './names.js';
import { mayFetch, type StreamName } from './nats-users.js';
import { ensureStreams, recordedPartitions, type StreamSettings } from './streams.js';

export interface AttachSettings {
  readonly namespace: string;
  /** `inFlightMax` and `ackTimeoutMs` of each stream's appends. */
  readonly log: AckWindowOptions;
}

export interface TopologySettings extends AttachSettings {
  readonly log: AckWindowOptions & StreamSettings;
}

export interface Subjects {
  user(partition: number): string;
  readonly item: string;
  feedback(partition: number): string;
  delta(model: string): string;
  promoted(model: string): string;
  dead(where: string): string;
}

export interface LogTopology {
  readonly namespace: string;
  readonly partitions: number;
  readonly log: EventLog;
  readonly feedback: EventLog;
  readonly model: EventLog;
  readonly dead: EventLog;
  /** See AuditTrail. */
  readonly audit: EventLog;
  /** Without the namespace's prefix: what EventLog takes. */
  readonly subjects: Subjects;
  /** Most bytes of one message. */
  readonly payloadBytesMax: number;
}

const subjects: Subjects = {
  user: (partition) => `log.user.${partition}`,
  item: 'log.item',
  feedback: (partition) => `feedback.${partition}`,
  delta: (model) => `model.${model}.delta`,
  promoted: (model) => `model.${model}.promoted`,
  dead: (where) => `dead.${where}`,
};

/** NATS's default max_payload. */
const PAYLOAD_BYTES_MAX = 1_048_576;

/**
 * Ensures the streams and opens them.
 * @param report is told, in words, when streams that exist have other replicas than the settings say: they keep them
 * @throws AppError REK_PARTITIONS_MISMATCH when LOG was created with another partition count.
 */
export async function openTopology(
  connection: NatsConnection,
  settings: TopologySettings,
  report?: (difference: string) => void,
): Promise<LogTopology> {
  const manager = await managerOf(connection);
  await ensureStreams(manager, settings.namespace, settings.log, report);
  return topologyOf(connection, manager, settings, settings.log.partitions);
}

/**
 * Opens streams that others have made, creating nothing: for whoever looks or publishes without being part of the deployment, and
 * learns the partition count from LOG.
 * @throws AppError REK_LOG_UNAVAILABLE when they are not there.
 */
export async function attachTopology(
  connection: NatsConnection,
  settings: AttachSettings,
): Promise<LogTopology> {
  const manager = await managerOf(connection);
  return topologyOf(connection, manager, settings, await recordedPartitions(manager, settings.namespace));
}

function topologyOf(
  connection: NatsConnection,
  manager: JetStreamManager,
  { namespace, log }: AttachSettings,
  partitions: number,
): LogTopology {
  const open = (name: StreamName) =>
    new NatsEventLog(connection, manager, qualifiedName(namespace, name), subjectPrefix(namespace), {
      ...log,
      mayFetch: mayFetch(userOf(connection), namespace, name),
    });
  return {
    namespace,
    partitions,
    log: open('REKAPPA_LOG'),
    feedback: open('REKAPPA_FEEDBACK'),
    model: open('REKAPPA_MODEL'),
    dead: open('REKAPPA_DEAD'),
    audit: open('REKAPPA_AUDIT'),
    subjects,
    payloadBytesMax: connection.info?.max_payload ?? PAYLOAD_BYTES_MAX,
  };
}

/** The same topology in memory. */
export function memoryTopology(partitions: number): LogTopology {
  return {
    namespace: 'default',
    partitions,
    log: new MemoryEventLog('REKAPPA_LOG'),
    feedback: new MemoryEventLog('REKAPPA_FEEDBACK'),
    model: new MemoryEventLog('REKAPPA_MODEL'),
    dead: new MemoryEventLog('REKAPPA_DEAD'),
    audit: new MemoryEventLog('REKAPPA_AUDIT'),
    subjects,
    payloadBytesMax: PAYLOAD_BYTES_MAX,
  };
}
