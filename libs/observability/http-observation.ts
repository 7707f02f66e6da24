/**
 * What every HTTP server of ours does on each request: a request id in and out (`X-Request-Id`), the
 * latency histogram, and a log line for failures of the server (5xx; the rest at `debug`).
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

export const REQUEST_ID_HEADER = 'x-request-id';
const REQUEST_ID_ACCEPTED = /^[A-Za-z0-9._:-]{1,64}$/;

/** The caller's id when it is harmless to log, else one of ours. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && REQUEST_ID_ACCEPTED.test(given) ? given : randomUUID();
}

export function observeHttp(server: FastifyInstance, metrics: Metrics, logger: Logger): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const seconds = reply.elapsedTime / 1000;
    const route = request.routeOptions.url ?? 'unmatched';
    metrics.httpRequestSeconds.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      seconds,
    );
    const line = {
      requestId: request.id,
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(seconds * 1e4) / 10,
    };
    if (reply.statusCode >= 500 && !route.startsWith('/health')) logger.warn(line, 'request failed');
    else if (logger.isLevelEnabled('debug')) logger.debug(line, 'request');
    done();
  });
}
