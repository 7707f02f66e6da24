/**
 * The life of an app's process, the same for all:
 *
 *     await runApp(GatewayModule, { app: 'gateway', host, port, level });
 *
 * 1. create and initialise the module; a failure here is logged with its cause, exit 1;
 * 2. listen, and say so on stdout: `{"msg":"listening","http":"http://127.0.0.1:8080"}`;
 * 3. on SIGTERM or SIGINT: the shutdown sequence, then exit 0; exit 1 when it takes over 8 s;
 * 4. an uncaught error: logged, exit 1 at once. State is rebuilt from the log, not patched up in memory.
 */
import { Server as TlsServer } from 'node:tls';
import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp, type CreateAppOptions } from './create-app.js';
import { HealthState } from './health-state.js';
import { createLogger, type LogLevel, type Logger } from './logger.js';
import type { MetricApp } from './metric-catalogue.js';

/** From the signal to the exit, at most, ms. Supervisors kill at 10 s. */
export const SHUTDOWN_DEADLINE_MS = 8_000;

export interface RunAppOptions extends CreateAppOptions {
  app: MetricApp;
  host: string;
  /** 0 takes a free one. */
  port: number;
  level?: LogLevel;
  /** After Nest's init hooks, before listening. */
  beforeListen?: (app: NestFastifyApplication) => void | Promise<void>;
  /** After listening: long start-up work (replay) belongs here, reported through HealthState. Default: ready at once. */
  start?: (app: NestFastifyApplication, health: HealthState) => void | Promise<void>;
}

export async function runApp(
  module: Type | DynamicModule,
  options: RunAppOptions,
): Promise<NestFastifyApplication> {
  const logger = createLogger(options.app, options.level);
  exitOnUncaught(logger);
  try {
    const app = await createApp(module, options);
    drainOnSignal(app, logger);
    await app.init();
    await options.beforeListen?.(app);
    await app.listen(options.port, options.host);
    announce(logger, options.app, urlOf(app));
    const health = app.get(HealthState);
    if (options.start) await options.start(app, health);
    else health.ready();
    return app;
  } catch (error) {
    return die(logger, error, 'could not start');
  }
}

/** The address the server really listens on. */
export function urlOf(app: NestFastifyApplication): string {
  const address = app.getHttpServer().address();
  if (address === null || typeof address === 'string') return String(address);
  const host = address.address === '0.0.0.0' || address.address === '::' ? '127.0.0.1' : address.address;
  const scheme = app.getHttpServer() instanceof TlsServer ? 'https' : 'http';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

function announce(logger: Logger, app: string, http: string): void {
  // Supervisors wait for this line, whatever the log level.
  if (logger.isLevelEnabled('info')) logger.info({ http }, 'listening');
  else process.stdout.write(`${JSON.stringify({ app, pid: process.pid, msg: 'listening', http })}\n`);
}

function drainOnSignal(app: NestFastifyApplication, logger: Logger): void {
  let closing = false;
  const close = async (signal: NodeJS.Signals): Promise<void> => {
    if (closing) return;
    closing = true;
    logger.info({ signal }, 'draining');
    setTimeout(
      () => die(logger, new Error(`draining took over ${SHUTDOWN_DEADLINE_MS} ms`), 'shutdown deadline'),
      SHUTDOWN_DEADLINE_MS,
    ).unref();
    try {
      await app.close();
      logger.info('stopped');
      flushAndExit(logger, 0);
    } catch (error) {
      die(logger, error, 'shutdown failed');
    }
  };
  process.on('SIGTERM', (signal) => void close(signal));
  process.on('SIGINT', (signal) => void close(signal));
}

function exitOnUncaught(logger: Logger): void {
  process.on('uncaughtException', (error) => die(logger, error, 'uncaught exception'));
  process.on('unhandledRejection', (error) => die(logger, error, 'unhandled rejection'));
  // A closed pipe (the supervisor is gone) must not turn into a loop of uncaught errors.
  process.stdout.on('error', () => process.exit(1));
}

function die(logger: Logger, error: unknown, message: string): never {
  logger.fatal({ err: error }, message);
  return flushAndExit(logger, 1);
}

function flushAndExit(logger: Logger, code: number): never {
  logger.flush();
  return process.exit(code);
}
