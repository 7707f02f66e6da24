/** POST /v1/events: facts about users, one, many or in lines. */
import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SETTINGS, type Settings } from '#config';
import { Documented } from '../api/documented.js';
import { EVENTS_ENDPOINT } from '../api/endpoints.js';
import { entriesOf } from '../http/ndjson.js';
import { IngestService } from './ingest.service.js';
import { sendIngested } from './send-ingested.js';

@Controller('v1/events')
export class EventsController {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(IngestService) private readonly ingest: IngestService,
  ) {}

  @Post()
  @Documented(EVENTS_ENDPOINT)
  async post(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    sendIngested(reply, await this.ingest.ingest(entriesOf(body, this.settings.http.eventsMax), 'http'));
  }
}
