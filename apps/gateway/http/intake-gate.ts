/**
 * The gate before all that is not open: at most `http.inFlightMax` requests at once (429 beyond), none while draining (503), and
 * at shutdown a wait for those under way.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { AppError, until } from '#kernel';
import { SETTINGS, type Settings } from '#config';
import { HealthState, type Metrics } from '#observability';
import { isOpen } from './open-routes.js';

@Injectable()
export class IntakeGate {
  private inFlight = 0;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(HealthState) private readonly health: HealthState,
  ) {}

  guard(server: FastifyInstance, metrics: Metrics): void {
    server.addHook('onRequest', (request, reply, done) => {
      if (isOpen(request)) return done();
      const refusal = this.refusal();
      if (refusal?.code === 'REK_NOT_READY') reply.header('connection', 'close');
      if (refusal) return done(refusal);
      metrics.requestsInFlight.set(++this.inFlight);
      // Not onResponse: a caller who leaves in the middle of a body gets no response, and would count for ever.
      reply.raw.once('close', () => metrics.requestsInFlight.set(--this.inFlight));
      done();
    });
  }

  /** Resolves when no request is under way. @throws after `patienceMs` */
  drained(patienceMs: number): Promise<void> {
    return until('all requests are answered', () => this.inFlight === 0, patienceMs);
  }

  private refusal(): AppError | undefined {
    if (this.health.phase === 'draining')
      return new AppError(
        'REK_NOT_READY',
        'this gateway is shutting down: retry, at another one if there is one',
      );
    const { inFlightMax } = this.settings.http;
    if (this.inFlight >= inFlightMax)
      return new AppError(
        'REK_OVERLOADED',
        `${inFlightMax} requests are under way: retry after the time given`,
      );
    return undefined;
  }
}
