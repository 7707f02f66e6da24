/**
 * Before every route that is not open: who calls (401), whether here (403), and how much (429). What a route asks of the
 * caller's key is the scope guard's part. Probes, metrics and documents stay open: bind them to a network of your own.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SETTINGS, type Settings } from '#config';
import { AppError } from '#kernel';
import { Lines } from '../http/ndjson.js';
import { isOpen } from '../http/open-routes.js';
import { ApiKeys, presentedKey, type ApiKeySettings } from './api-keys.js';
import { RateLimits } from './rate-limits.js';

@Injectable()
export class AccessGate {
  private readonly keys: ApiKeys;
  private readonly limits = new RateLimits();
  private readonly callers = new WeakMap<object, ApiKeySettings>();

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {
    this.keys = new ApiKeys(settings.http.apiKeys);
  }

  guard(server: FastifyInstance): void {
    if (!this.keys.required) return;
    server.addHook('onRequest', (request, _reply, done) =>
      done(isOpen(request) ? undefined : this.identify(request)),
    );
    server.addHook('preHandler', (request, _reply, done) => done(this.meter(request)));
  }

  /** The caller's key; undefined when the deployment has none. */
  callerOf(request: object): ApiKeySettings | undefined {
    return this.callers.get(request);
  }

  get required(): boolean {
    return this.keys.required;
  }

  private identify(request: FastifyRequest): AppError | undefined {
    const presented = presentedKey(request.headers);
    const key = presented && this.keys.find(presented, Date.now());
    if (!key) return new AppError('REK_UNAUTHENTICATED');
    if (key.namespace !== undefined && key.namespace !== this.settings.namespace)
      return new AppError('REK_FORBIDDEN', `key "${key.name}" is for another namespace`);
    this.callers.set(request.raw, key);
    return undefined;
  }

  private meter(request: FastifyRequest): AppError | undefined {
    const key = this.callers.get(request.raw);
    if (!key?.eventsPerSecond) return undefined;
    // More than a request may have is refused as a whole, and must not keep the key out for hours.
    const events = Math.min(eventsIn(request.body), this.settings.http.eventsMax);
    const seconds = this.limits.take(key.name, events, key.eventsPerSecond, performance.now());
    if (seconds === 0) return undefined;
    return new AppError(
      'REK_RATE_LIMITED',
      `key "${key.name}" may send ${key.eventsPerSecond} events a second: retry after the time given`,
      { retryAfterSeconds: Math.ceil(seconds) },
    );
  }
}

/** A request without a body counts one. */
export function eventsIn(body: unknown): number {
  if (body instanceof Lines) return Math.max(1, body.text.split('\n').filter((line) => line.trim()).length);
  return Array.isArray(body) ? Math.max(1, body.length) : 1;
}
