/** `rpc.user.<p>`: everything that needs a user's actor, answered by the host that owns it. */
import { describeUser } from '#interest';
import { AppError, partitionOf } from '#kernel';
import type { HostContext } from '../host-context.js';
import type { PartitionHost } from '../partition/partition-host.js';
import type { UserAnswer } from '../partition/partition-requests.js';
import type { Recommender } from './recommender.js';
import { parseUserRequest } from './requests.js';

export class UserRpc {
  constructor(
    private readonly recommender: Recommender,
    private readonly context: HostContext,
  ) {}

  async answer(host: PartitionHost, body: unknown): Promise<object> {
    const request = parseUserRequest(body);
    if (request.op === 'similar' || request.op === 'trending') return this.recommender.answer(request);
    this.assertOwn(host, request.user);
    const { user, after } = request;
    const { epoch } = host.lease;
    switch (request.op) {
      case 'recommend':
        return listed(
          after,
          await host.requests.read(user, after, (state, _, position) =>
            this.recommender.recommend(state, request, { epoch, position }),
          ),
        );
      case 'rank':
        return listed(
          after,
          await host.requests.read(user, after, (state, _, position) =>
            this.recommender.rank(state, request, { epoch, position }),
          ),
        );
      case 'state':
        return this.describe(host, user, after);
      case 'checkpoint':
        return this.checkpoint(host, user, after);
    }
  }

  private async describe(host: PartitionHost, userId: string, after: number): Promise<object> {
    const now = this.context.clock.now();
    const answer = await host.requests.read(userId, after, (state, known) =>
      known ? describeUser(state, now) : undefined,
    );
    if (!answer.result) throw new AppError('REK_UNKNOWN_USER', `nothing is known about user ${userId}`);
    return { ...answer.result, ...placeOf(after, answer) };
  }

  /** Once `after` is folded: whether everything up to it is saved, and the keys of those erased by then are destroyed. */
  private async checkpoint(host: PartitionHost, userId: string, after: number): Promise<object> {
    const { reached } = await host.requests.read(userId, after, () => undefined);
    return { saved: reached && (await host.savedThrough(after)) };
  }

  private assertOwn(host: PartitionHost, userId: string): void {
    const own = partitionOf(userId, this.context.topology.partitions);
    if (own !== host.partition)
      throw new AppError(
        'REK_INVALID_REQUEST',
        `this user belongs to partition ${own}, not ${host.partition}`,
      );
  }
}

function listed<T extends object>(after: number, answer: UserAnswer<T>): object {
  return { ...answer.result, ...placeOf(after, answer) };
}

function placeOf(requested: number, { reached, position }: UserAnswer<unknown>): object {
  return { after: { requested, reached }, position };
}
