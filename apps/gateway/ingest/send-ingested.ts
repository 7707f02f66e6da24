/** 202 when something was accepted; 400, with the same body, when everything was refused. */
import type { FastifyReply } from 'fastify';
import type { IngestAnswer } from './ingest.service.js';

export function sendIngested(reply: FastifyReply, answer: IngestAnswer): void {
  void reply.status(answer.accepted > 0 ? 202 : 400).send(answer);
}
