/**
 * Asks every actor host at once how it stands. Ends when all partitions are theirs and all who are known have answered, or at the deadline.
 * A host that lately answered and is silent now may still own what nobody else does: it is named, and not taken for gone.
 */
import type { z } from 'zod';
import { AppError, errorMessage, systemClock } from '#kernel';
import { subjectPrefix, type NatsConnection } from '#log';
import type { hostStatusSchema } from '../api/status-answer.js';

export type HostStatus = z.infer<typeof hostStatusSchema>;

export interface Survey {
  readonly hosts: readonly HostStatus[];
  /** Ids of hosts that were asked in vain, while there are partitions that no other owns. */
  readonly silent: readonly string[];
}

/** A host that has not answered for so long is gone, ms: longer than the leases of a dead one last. */
const REMEMBERED_MS = 60_000;

export class HostSurvey {
  private readonly subject: string;
  /** When each host last answered, ms, monotonic. */
  private readonly answeredAt = new Map<string, number>();

  constructor(
    private readonly connection: NatsConnection,
    namespace: string,
    private readonly partitions: number,
  ) {
    this.subject = `${subjectPrefix(namespace)}rpc.hosts.status`;
  }

  /** @throws AppError REK_HOST_UNAVAILABLE when none answers */
  async ask(timeoutMs: number): Promise<Survey> {
    const hosts = await this.answers(timeoutMs);
    if (hosts.length === 0) throw new AppError('REK_HOST_UNAVAILABLE', 'no actor host answers');
    const now = systemClock.monotonic();
    for (const { hostId } of hosts) this.answeredAt.set(hostId, now);
    const complete = owned(hosts).size >= this.partitions;
    for (const [hostId, at] of this.answeredAt)
      if (at < now && (complete || now - at > REMEMBERED_MS)) this.answeredAt.delete(hostId);
    return {
      hosts: hosts.sort((a, b) => (a.hostId < b.hostId ? -1 : 1)),
      silent: [...this.answeredAt].filter(([, at]) => at < now).map(([hostId]) => hostId),
    };
  }

  private async answers(timeoutMs: number): Promise<HostStatus[]> {
    const hosts: HostStatus[] = [];
    try {
      const options = { strategy: 'timer' as const, maxWait: timeoutMs };
      for await (const answer of await this.connection.requestMany(this.subject, '{}', options)) {
        const host = answer.json<HostStatus | { error: object }>();
        if (!('error' in host)) hosts.push(host);
        if (hosts.length >= this.answeredAt.size && owned(hosts).size >= this.partitions) break;
      }
    } catch (error) {
      // Nobody listens, which is an answer too.
      if (!/no ?responders/i.test(errorMessage(error)))
        throw new AppError('REK_HOST_UNAVAILABLE', errorMessage(error), undefined, { cause: error });
    }
    return hosts;
  }
}

/** Partitions that some host says are its own. */
export function owned(hosts: readonly HostStatus[]): Set<number> {
  return new Set(hosts.flatMap(({ partitions }) => partitions.map(({ partition }) => partition)));
}
