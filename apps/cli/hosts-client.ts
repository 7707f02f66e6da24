/** Questions that every running actor host answers, over NATS request-reply: JSON in, JSON out. */
import { AppError, errorFrom, errorMessage, type SaidError } from '#kernel';
import { subjectPrefix, type NatsConnection } from '#log';

/** For hosts that all answer: how long the silence after the last answer is before we stop listening. */
const STALL_MS = 400;

export interface HostStatus {
  readonly hostId: string;
  readonly partitions: readonly {
    partition: number;
    epoch: number;
    position: number;
    lagEvents: number;
    users: number;
  }[];
  readonly modelVersion?: string;
}

export interface HostHash {
  readonly hostId: string;
  readonly partitions: readonly { partition: number; sequence: number; users: number; sha256: string }[];
}

export class Hosts {
  constructor(
    private readonly connection: NatsConnection,
    private readonly namespace: string,
  ) {}

  status(): Promise<HostStatus[]> {
    return this.everyHost('rpc.hosts.status', 3_000);
  }

  /** Hosts hash all their users: this may take a while. */
  hash(): Promise<HostHash[]> {
    return this.everyHost('rpc.hosts.hash', 120_000);
  }

  private async everyHost<T>(subject: string, timeoutMs: number): Promise<T[]> {
    // Hashing takes long and hosts differ: they are counted first, so that the stall only has to catch the quick question.
    const expected = subject === 'rpc.hosts.status' ? undefined : (await this.status()).length;
    const options =
      expected === undefined
        ? { strategy: 'stall' as const, maxWait: timeoutMs, stall: STALL_MS }
        : { strategy: 'count' as const, maxWait: timeoutMs, maxMessages: expected };
    if (expected === 0) return [];
    const answers: T[] = [];
    try {
      for await (const message of await this.connection.requestMany(
        subjectPrefix(this.namespace) + subject,
        '{}',
        options,
      )) {
        answers.push(read<T>(message.json()));
      }
    } catch (error) {
      // No responders at all is an answer: no host runs.
      if (error instanceof AppError) throw error;
      if (answers.length === 0 && /no responders/i.test(errorMessage(error))) return [];
      throw error;
    }
    return answers;
  }
}

function read<T>(value: unknown): T {
  const failure = (value as { error?: SaidError }).error;
  if (!failure) return value as T;
  throw errorFrom(failure);
}
