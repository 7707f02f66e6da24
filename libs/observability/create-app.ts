/**
 * A Nest application on Fastify with this house's limits, request ids and observation, not yet listening.
 * Tests use it as it is; processes go through runApp.
 */
import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import type { Type, DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppError } from '#kernel';
import { observeHttp, requestIdOf } from './http-observation.js';
import { NestLogger, type Logger } from './logger.js';
import type { Metrics } from './metrics.js';
import { LOGGER, METRICS } from './tokens.js';

export interface CreateAppOptions {
  /** Largest request body, bytes. */
  bodyBytesMax?: number;
  /** PEM files to serve HTTPS with; without them, HTTP. */
  tls?: { readonly certFile: string; readonly keyFile: string };
  /** For what must be registered before Nest's routes: parsers, hooks. */
  configure?: (app: NestFastifyApplication) => void | Promise<void>;
}

/** A request must be complete within this, ms: slow senders do not hold connections. */
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;
/** A refused path is quoted no further, characters. */
const PATH_ERROR_CHARS_MAX = 200;

/** The module must import ObservabilityModule. */
export async function createApp(
  module: Type | DynamicModule,
  options: CreateAppOptions = {},
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    ...(options.tls && { https: await httpsOptions(options.tls) }),
    bodyLimit: options.bodyBytesMax ?? 1_048_576,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    genReqId: requestIdOf,
    routerOptions: { maxParamLength: 1_024 },
    frameworkErrors: refuseUnroutable,
    return503OnClosing: false, // the intake gate says it, as an error of the catalogue
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  const logger = app.get<Logger>(LOGGER);
  app.useLogger(new NestLogger(logger));
  observeHttp(adapter.getInstance() as never, app.get<Metrics>(METRICS), logger);
  await options.configure?.(app);
  return app;
}

/** What the router itself refuses meets neither hooks nor filters. */
function refuseUnroutable(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const { code, status } = new AppError('REK_INVALID_REQUEST');
  const message = `the path: ${error.message}`.slice(0, PATH_ERROR_CHARS_MAX);
  void reply.status(status).send({ error: { code, message, requestId: request.id } });
}

async function httpsOptions({ certFile, keyFile }: { certFile: string; keyFile: string }) {
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  return { cert, key, minVersion: 'TLSv1.2' as const };
}
