/** Answers `rpc.learner` and `rpc.learner.promote`: JSON in, JSON out, errors as `{error: {code, message}}`. */
import { AppError, errorMessage } from '#kernel';
import type { NatsConnection } from '#log';
import { learnerSubject, promotionSubject, type LearnerRequest } from '#model-feed';
import type { Metrics } from '#observability';
import type { LearnerService } from './learner.service.js';

/** What needs nothing but its name. */
const PLAIN_OPS = ['status', 'progress', 'experiments', 'hash', 'snapshot'] as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Returns how to stop answering. */
export function serveLearner(
  connection: NatsConnection,
  namespace: string,
  learner: LearnerService,
  metrics: Metrics,
): () => void {
  const subscriptions = [learnerSubject(namespace), promotionSubject(namespace)].map((subject) =>
    connection.subscribe(subject, {
      callback: (_error, message) => {
        const promotes = subject === promotionSubject(namespace);
        void answer(learner, message.string(), promotes, metrics).then((reply) =>
          message.respond(JSON.stringify(reply)),
        );
      },
    }),
  );
  return () => subscriptions.forEach((subscription) => subscription.unsubscribe());
}

async function answer(
  learner: LearnerService,
  body: string,
  promotes: boolean,
  metrics: Metrics,
): Promise<object> {
  const startedAt = performance.now();
  let op = 'unknown';
  const observe = (outcome: string) =>
    metrics.rpcSeconds.observe({ op, outcome }, (performance.now() - startedAt) / 1_000);
  try {
    const request = parseRequest(body, promotes);
    op = request.op;
    const reply = await perform(learner, request);
    observe('ok');
    return reply;
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'REK_INTERNAL';
    observe(code);
    return { error: { code, message: errorMessage(error) } };
  }
}

function perform(learner: LearnerService, request: LearnerRequest): object | Promise<object> {
  switch (request.op) {
    case 'status':
      return learner.status();
    case 'progress':
      return learner.progress();
    case 'experiments':
      return learner.experiments();
    case 'hash':
      return learner.hash();
    case 'snapshot':
      return learner.snapshot();
    case 'promote':
      return learner.promote(request.snapshotId);
  }
}

function parseRequest(body: string, promotes: boolean): LearnerRequest {
  let request: Partial<{ op: string; snapshotId: unknown }>;
  try {
    request = JSON.parse(body) as typeof request;
  } catch {
    throw new AppError('REK_INVALID_JSON');
  }
  const { op, snapshotId } = request ?? {};
  const plain = PLAIN_OPS.find((known) => known === op);
  if (!promotes && plain) return { op: plain };
  if (promotes && op === 'promote' && typeof snapshotId === 'string' && UUID.test(snapshotId))
    return { op, snapshotId };
  throw new AppError(
    'REK_INVALID_REQUEST',
    promotes
      ? 'op must be promote, with a snapshotId'
      : `op must be one of ${PLAIN_OPS.join(', ')}; rpc.learner.promote takes promote`,
  );
}
