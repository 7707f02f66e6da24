/** The streams' configurations, and how to ensure them: create what is missing, never change what exists. */
import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  StoreCompression,
  type JetStreamManager,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { AppError, errorMessage, retry } from '#kernel';
import { qualifiedName, subjectPrefix } from './names.js';

const HOUR_MS = 3_600_000;
/** Quick retries with the same message id within this window are stored once, ms. */
export const DUPLICATE_WINDOW_MS = 120_000;
const MODEL_AGE_MS = 6 * HOUR_MS;
const MODEL_BYTES_MAX = 512 * 1024 * 1024;
const DEAD_AGE_MS = 7 * 24 * HOUR_MS;
const DEAD_BYTES_MAX = 256 * 1024 * 1024;

const STREAM_NOT_FOUND = 10059;
/** "stream name already in use with a different configuration": another process was faster with other settings. */
const STREAM_NAME_IN_USE = 10058;
const ATTEMPTS = 10;

/** The logs that are the truth: nothing in them can be deleted, so that every gap is damage. */
const forever: Partial<StreamConfig> = { deny_delete: true, deny_purge: true, discard: DiscardPolicy.New };

export interface StreamSettings {
  readonly partitions: number;
  readonly replicas: number;
  /** Of LOG and FEEDBACK, which are kept for ever, if they are created now; default: none. */
  readonly compression?: 'none' | 's2';
}

/**
 * @param report is told in words where the streams that exist differ from the settings in what does not keep anybody from starting
 * @throws AppError REK_PARTITIONS_MISMATCH; REK_CONFIG_INVALID where the server cannot do what is asked; REK_LOG_UNAVAILABLE
 */
export async function ensureStreams(
  manager: JetStreamManager,
  namespace: string,
  settings: StreamSettings,
  report: (difference: string) => void = () => undefined,
): Promise<void> {
  const log = await ensure(manager, logConfig(namespace, settings));
  checkPartitions(log, settings.partitions);
  const streams = [log];
  for (const config of otherConfigs(namespace, settings)) streams.push(await ensure(manager, config));
  const difference = differentReplicas(streams, settings.replicas);
  if (difference !== undefined) report(difference);
}

/** The partition count that LOG was created with. @throws AppError REK_LOG_UNAVAILABLE when there is no LOG. */
export async function recordedPartitions(manager: JetStreamManager, namespace: string): Promise<number> {
  const log = await existing(manager, qualifiedName(namespace, 'REKAPPA_LOG'));
  const recorded = partitionsIn(log);
  if (!Number.isNaN(recorded)) return recorded;
  throw new AppError(
    'REK_LOG_UNAVAILABLE',
    `${log.config.name} does not record its partition count: it is not a log of Rekappa`,
  );
}

/**
 * Which streams have other replicas than the settings say, in words; undefined: none.
 * @throws AppError REK_LOG_UNAVAILABLE when one of the streams is not there
 */
export async function replicaDifference(
  manager: JetStreamManager,
  namespace: string,
  settings: StreamSettings,
): Promise<string | undefined> {
  const configs = [logConfig(namespace, settings), ...otherConfigs(namespace, settings)];
  const streams: StreamInfo[] = [];
  for (const { name } of configs) streams.push(await existing(manager, name));
  return differentReplicas(streams, settings.replicas);
}

function logConfig(
  namespace: string,
  { partitions, replicas, compression }: StreamSettings,
): Partial<StreamConfig> & { name: string } {
  return {
    ...stream(namespace, 'REKAPPA_LOG', ['log.user.*', 'log.item'], replicas),
    ...forever,
    ...compressed(compression),
    description: `partitions=${partitions}`,
  };
}

function otherConfigs(
  namespace: string,
  { replicas, compression }: StreamSettings,
): (Partial<StreamConfig> & { name: string })[] {
  return [
    {
      ...stream(namespace, 'REKAPPA_FEEDBACK', ['feedback.*'], replicas),
      ...forever,
      ...compressed(compression),
    },
    {
      ...stream(namespace, 'REKAPPA_MODEL', ['model.*.delta', 'model.*.promoted'], replicas),
      max_age: nanos(MODEL_AGE_MS),
      max_bytes: MODEL_BYTES_MAX,
    },
    {
      ...stream(namespace, 'REKAPPA_DEAD', ['dead.*'], replicas),
      max_age: nanos(DEAD_AGE_MS),
      max_bytes: DEAD_BYTES_MAX,
    },
    { ...stream(namespace, 'REKAPPA_AUDIT', ['audit'], replicas), ...forever },
  ];
}

/** Named only where it is wanted: older servers refuse the field. */
function compressed(compression: StreamSettings['compression']): Partial<StreamConfig> {
  return compression === 's2' ? { compression: StoreCompression.S2 } : {};
}

function stream(
  namespace: string,
  name: string,
  subjects: string[],
  replicas: number,
): Partial<StreamConfig> & { name: string } {
  return {
    name: qualifiedName(namespace, name),
    subjects: subjects.map((subject) => subjectPrefix(namespace) + subject),
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    num_replicas: replicas,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  };
}

async function ensure(
  manager: JetStreamManager,
  config: Partial<StreamConfig> & { name: string },
): Promise<StreamInfo> {
  const attempt = async () => {
    try {
      return await manager.streams.info(config.name);
    } catch (error) {
      if (!hasCode(error, STREAM_NOT_FOUND)) throw error;
      return await manager.streams.add(config);
    }
  };
  try {
    return await patiently(attempt);
  } catch (error) {
    throw new AppError(
      isTooOld(error) ? 'REK_CONFIG_INVALID' : 'REK_LOG_UNAVAILABLE',
      `cannot ensure the stream ${config.name}: ${errorMessage(error)}`,
      undefined,
      { cause: error },
    );
  }
}

/** A stream that somebody else makes. */
async function existing(manager: JetStreamManager, name: string): Promise<StreamInfo> {
  try {
    return await patiently(() => manager.streams.info(name));
  } catch (error) {
    throw new AppError(
      'REK_LOG_UNAVAILABLE',
      hasCode(error, STREAM_NOT_FOUND)
        ? `there is no stream ${name}, which the first start of Rekappa makes: start it, or, if it runs, set NATS_URL and REKAPPA_NAMESPACE to its own`
        : `cannot look at the stream ${name}: ${errorMessage(error)}`,
      undefined,
      { cause: error },
    );
  }
}

/** Retried: a server that has just started, and a racer that created the stream between our two calls. */
function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  const retryable = (error: unknown) =>
    !isTooOld(error) &&
    (!(error instanceof JetStreamApiError) || hasCode(error, STREAM_NAME_IN_USE) || error.status >= 500);
  return retry(attempt, { attempts: ATTEMPTS, baseMs: 50, capMs: 1_000, retryable });
}

function checkPartitions(info: StreamInfo, wanted: number): void {
  const recorded = partitionsIn(info);
  if (recorded === wanted) return;
  throw new AppError(
    'REK_PARTITIONS_MISMATCH',
    `${info.config.name} was created with ${Number.isNaN(recorded) ? 'an unrecorded number of' : recorded} partitions, the setting says ${wanted}; set REKAPPA_LOG_PARTITIONS=${recorded}`,
  );
}

function differentReplicas(streams: readonly StreamInfo[], wanted: number): string | undefined {
  const different = streams.filter(({ config }) => config.num_replicas !== wanted);
  if (different.length === 0) return undefined;
  const named = different.map(({ config }) => `${config.name} has ${config.num_replicas}`).join(', ');
  return `REKAPPA_LOG_REPLICAS=${wanted} holds for streams when they are created, and ${named}: \`nats stream edit --replicas ${wanted}\` changes one that exists`;
}

function partitionsIn(info: StreamInfo): number {
  return Number(/partitions=(\d+)/.exec(info.config.description ?? '')?.[1]);
}

/** What the client says of a server that lacks what the configuration asks for: "stream 'compression' requires server 2.10.0". */
function isTooOld(error: unknown): boolean {
  return /requires server \d/.test(errorMessage(error));
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
