/** `GET /v1/experiments`: counted by the learner, as a fold of FEEDBACK. */
import { Controller, Get, Inject } from '@nestjs/common';
import { SETTINGS, type Settings } from '#config';
import type { NatsConnection } from '#log';
import { LearnerClient, type ExperimentsAnswer } from '#model-feed';
import { Documented } from '../api/documented.js';
import { EXPERIMENTS_ENDPOINT } from '../api/endpoints.js';
import { NATS } from '../tokens.js';

@Controller('v1/experiments')
export class ExperimentsController {
  private readonly learner: LearnerClient;

  constructor(@Inject(SETTINGS) settings: Settings, @Inject(NATS) connection: NatsConnection) {
    this.learner = new LearnerClient(connection, settings.namespace);
  }

  @Get()
  @Documented(EXPERIMENTS_ENDPOINT)
  experiments(): Promise<ExperimentsAnswer> {
    return this.learner.experiments();
  }
}
