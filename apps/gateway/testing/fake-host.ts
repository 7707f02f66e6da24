/** For tests: answers the RPC subjects as an actor host would, from canned data, and can be made to fail. */
import { connectNats, type NatsConnection } from '#log';

export type Behaviour = 'answer' | 'refuse' | 'silent';

export interface FakeHost {
  behaviour: Behaviour;
  readonly asked: Record<string, unknown>[];
  stop(): Promise<void>;
}

export async function startFakeHost(natsUrl: string, prefix = ''): Promise<FakeHost> {
  const connection: NatsConnection = await connectNats({ natsUrl });
  const host: FakeHost = { behaviour: 'answer', asked: [], stop: () => connection.drain() };
  const serve = (subject: string): void => {
    connection.subscribe(prefix + subject, {
      callback: (_error, message) => {
        const question = message.json<Record<string, unknown>>();
        host.asked.push(question);
        if (host.behaviour === 'silent') return;
        message.respond(
          JSON.stringify(
            host.behaviour === 'refuse'
              ? { error: { code: 'REK_LEASE_LOST', message: 'moving' } }
              : answerTo(question),
          ),
        );
      },
    });
  };
  serve('rpc.user.*');
  serve('rpc.host');
  await connection.flush();
  return host;
}

function answerTo(question: Record<string, unknown>): unknown {
  const listed = (prefix: string, n: number) =>
    Array.from({ length: n }, (_, at) => ({
      itemId: `${prefix}-${at + 1}`,
      title: `${prefix} ${at + 1}`,
      score: 0.5 / (at + 1),
      channel: 'content',
      channels: ['content', 'new'],
      propensity: 1,
      reasons: [],
      position: at + 1,
    }));
  switch (question['op']) {
    case 'recommend':
      return {
        recommendationId: `rec-${String(question['user'])}`,
        modelVersion: 'm1',
        policy: 'blend',
        explored: false,
        after: { requested: question['after'] ?? 0, reached: true },
        position: 42,
        items: listed('live', question['n'] as number),
      };
    case 'rank':
      return {
        recommendationId: 'rank-1',
        modelVersion: 'm1',
        policy: 'blend',
        after: { requested: question['after'] ?? 0, reached: true },
        position: 42,
        items: [],
      };
    case 'trending':
      return { windowSeconds: 3600, items: listed('hot', question['n'] as number) };
    case 'similar':
      return { itemId: question['itemId'], items: listed('near', question['n'] as number) };
    case 'state':
      return { userId: question['user'], events: 3 };
    case 'item':
      return question['itemId'] === 'missing'
        ? { error: { code: 'REK_UNKNOWN_ITEM', message: 'no item "missing"' } }
        : { item: { id: question['itemId'], title: 'An item' } };
    default:
      return { error: { code: 'REK_INVALID_REQUEST', message: 'unknown op' } };
  }
}
