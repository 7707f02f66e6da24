/** What the running processes say of themselves, for benchmarks that wait for them. */
import { until } from '#kernel';
import type { LogTopology, NatsConnection } from '#log';
import { LearnerClient, type LearnerStatus } from '#model-feed';

const POLL_MS = 100;
const ANSWER_MS = 2_000;

export interface HostStatus {
  readonly hostId: string;
  readonly partitions: readonly { partition: number; position: number; checkpoint: number; users: number }[];
}

/** Of the default namespace. @param waitMs while fewer answer than there should be. @returns [] while nobody answers */
export async function hostStatus(
  connection: NatsConnection,
  hosts: number,
  waitMs = ANSWER_MS,
): Promise<HostStatus[]> {
  const found: HostStatus[] = [];
  const options = { strategy: 'count', maxMessages: hosts, maxWait: waitMs } as const;
  try {
    for await (const message of await connection.requestMany('rpc.hosts.status', '{}', options))
      found.push(message.json<HostStatus>());
  } catch {
    return []; // no host listens yet
  }
  return found;
}

/** Resolves when every partition has folded the log up to its present head. */
export async function folded(
  { connection, topology, hosts }: { connection: NatsConnection; topology: LogTopology; hosts: number },
  withinMs: number,
): Promise<void> {
  const head = await topology.log.head();
  const done = async (): Promise<boolean> => {
    const partitions = (await hostStatus(connection, hosts)).flatMap((host) => host.partitions);
    return partitions.filter(({ position }) => position >= head).length >= topology.partitions;
  };
  await until('every partition has folded the log', done, withinMs, POLL_MS);
}

/** Resolves when the learner has learnt all feedback there is. @returns what it says then */
export async function learnt(
  connection: NatsConnection,
  topology: LogTopology,
  withinMs: number,
): Promise<LearnerStatus> {
  const learner = new LearnerClient(connection, 'default');
  let status: LearnerStatus | undefined;
  const done = async (): Promise<boolean> => {
    status = await learner.status().catch(() => undefined);
    return status !== undefined && status.sequence >= (await topology.feedback.head());
  };
  await until('the learner has learnt all feedback', done, withinMs, POLL_MS);
  return status!;
}
