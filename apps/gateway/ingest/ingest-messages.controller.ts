/**
 * The same events over NATS, by request-reply: subject `ingest.<kind>` (prefixed by the namespace), JSON of
 * one event or an array; `kind` may be left out. The reply `{accepted, rejected, seq}`, or `{error: {code, message}}`,
 * comes after JetStream's acknowledgement. Nest's NATS clients and plain JSON requests are both understood.
 */
import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SETTINGS, type Settings } from '#config';
import { LOGGER, type Logger } from '#observability';
import { appErrorOf } from '../http/app-error.filter.js';
import { entriesOf, type Entry } from '../http/ndjson.js';
import type { IngestKind } from './edge-rules.js';
import { MalformedJson } from './plain-json.js';
import { IngestService, type IngestAnswer } from './ingest.service.js';

type IngestReply = IngestAnswer | { error: { code: string; message: string } };

@Controller()
export class IngestMessagesController {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(IngestService) private readonly ingest: IngestService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @MessagePattern('ingest.impression')
  impression(@Payload() body: unknown): Promise<IngestReply> {
    return this.answer('impression', body);
  }

  @MessagePattern('ingest.interaction')
  interaction(@Payload() body: unknown): Promise<IngestReply> {
    return this.answer('interaction', body);
  }

  @MessagePattern('ingest.profile')
  profile(@Payload() body: unknown): Promise<IngestReply> {
    return this.answer('profile', body);
  }

  @MessagePattern('ingest.merge')
  merge(@Payload() body: unknown): Promise<IngestReply> {
    return this.answer('merge', body);
  }

  @MessagePattern('ingest.upsert')
  upsert(@Payload() body: unknown): Promise<IngestReply> {
    return this.answer('upsert', body);
  }

  @MessagePattern('ingest.hide')
  hide(@Payload() body: unknown): Promise<IngestReply> {
    return this.answer('hide', body);
  }

  @MessagePattern('ingest.delete')
  delete(@Payload() body: unknown): Promise<IngestReply> {
    return this.answer('delete', body);
  }

  private async answer(kind: IngestKind, body: unknown): Promise<IngestReply> {
    try {
      const entries =
        body instanceof MalformedJson ? [body.asEntry()] : entriesOf(body, this.settings.http.eventsMax);
      return await this.ingest.ingest(
        entries.map((entry) => withKind(entry, kind)),
        'nats',
        [kind],
      );
    } catch (thrown) {
      const { code, message } = appErrorOf(thrown);
      if (code === 'REK_INTERNAL') this.logger.error({ err: thrown, kind }, 'ingest failed unexpectedly');
      return { error: { code, message } };
    }
  }
}

function withKind(entry: Entry, kind: IngestKind): Entry {
  if (!('value' in entry) || typeof entry.value !== 'object' || entry.value === null || 'kind' in entry.value)
    return entry;
  return { value: { kind, ...entry.value } };
}
