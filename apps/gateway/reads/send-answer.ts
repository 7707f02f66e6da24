/** Live answers as the host's bytes; substitutes with the header that says so. */
import type { FastifyReply } from 'fastify';
import type { Degraded } from '../api/answers.js';

export const DEGRADED_HEADER = 'Rekappa-Degraded';

export function sendJsonBytes(reply: FastifyReply, bytes: Uint8Array): void {
  void reply.header('content-type', 'application/json; charset=utf-8').send(bytes);
}

export function sendSubstitute<Body extends { readonly degraded: Degraded }>(
  reply: FastifyReply,
  body: Body,
): void {
  const { reason, source } = body.degraded;
  void reply.header(DEGRADED_HEADER, `reason=${reason}; source=${source}`).send(body);
}
