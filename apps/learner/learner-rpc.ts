/** Answers `rpc.learner`: JSON in, JSON out, errors as `{error: {code, message}}`. */
import { AppError, errorMessage } from '#kernel';
import type { NatsConnection } from '#log';
import { learnerSubject, type LearnerRequest } from '#model-feed';
import type { Metrics } from '#observability';
import type { LearnerService } from './learner.service.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Returns how to stop answering. */
export function serveLearner(
  connection: NatsConnection,
  namespace: string,
  learner: LearnerService,
  metrics: Metrics,
): () => void {
  const subscription = connection.subscribe(learnerSubject(namespace), {
    callback: (_error, message) => {
      void answer(learner, message.string(), metrics).then((reply) => message.respond(JSON.stringify(reply)));
    },
  });
  return () => subscription.unsubscribe();
}

async function answer(learner: LearnerService, body: string, metrics: Metrics): Promise<object> {
  const startedAt = performance.now();
  let op = 'unknown';
  const observe = (outcome: string) =>
    metrics.rpcSeconds.observe({ op, outcome }, (performance.now() - startedAt) / 1_000);
  try {
    const request = parseRequest(body);
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

function parseRequest(body: string): LearnerRequest {
  let request: Partial<{ op: string; snapshotId: unknown }>;
  try {
    request = JSON.parse(body) as typeof request;
  } catch {
    throw new AppError('REK_INVALID_JSON');
  }
  const { op, snapshotId } = request ?? {};
  if (op === 'status' || op === 'experiments' || op === 'hash' || op === 'snapshot') return { op };
  if (op === 'promote' && typeof snapshotId === 'string' && UUID.test(snapshotId)) return { op, snapshotId };
  throw new AppError(
    'REK_INVALID_REQUEST',
    'op must be status, experiments, hash, snapshot, or promote with a snapshotId',
  );
}
