/** Changes of the catalogue: each is an event in the log, and answered when the log has it. */
import { Body, Controller, Delete, Inject, Param, Patch, Post, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AppError, type ErrorCode } from '#kernel';
import { SETTINGS, type Settings } from '#config';
import { Documented } from '../api/documented.js';
import {
  ITEM_DELETE_ENDPOINT,
  ITEM_PATCH_ENDPOINT,
  ITEM_PUT_ENDPOINT,
  ITEMS_ENDPOINT,
} from '../api/endpoints.js';
import { entriesOf, type Entry } from '../http/ndjson.js';
import { ITEM_KINDS } from './edge-rules.js';
import { IngestService } from './ingest.service.js';
import { sendIngested } from './send-ingested.js';

@Controller('v1/items')
export class ItemsController {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(IngestService) private readonly ingest: IngestService,
  ) {}

  @Post()
  @Documented(ITEMS_ENDPOINT)
  async bulk(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const entries = entriesOf(body, this.settings.http.eventsMax).map(asUpsert);
    const { accepted, rejected, seq } = await this.ingest.ingest(entries, 'http', ITEM_KINDS);
    sendIngested(reply, {
      accepted,
      rejected: rejected.map((one) => ({ ...one, code: itemCode(one.code) })),
      seq,
    });
  }

  @Put(':id')
  @Documented(ITEM_PUT_ENDPOINT)
  async put(@Param('id') itemId: string, @Body() fields: unknown, @Res() reply: FastifyReply): Promise<void> {
    await this.change(reply, { kind: 'upsert', mode: 'replace', itemId, fields: fieldsOf(fields, itemId) });
  }

  @Patch(':id')
  @Documented(ITEM_PATCH_ENDPOINT)
  async patch(
    @Param('id') itemId: string,
    @Body() fields: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.change(reply, { kind: 'upsert', mode: 'merge', itemId, fields: fieldsOf(fields, itemId) });
  }

  @Delete(':id')
  @Documented(ITEM_DELETE_ENDPOINT)
  async delete(@Param('id') itemId: string, @Res() reply: FastifyReply): Promise<void> {
    await this.change(reply, { kind: 'delete', itemId });
  }

  private async change(reply: FastifyReply, event: object): Promise<void> {
    const { accepted, rejected, seq } = await this.ingest.ingest([{ value: event }], 'http', ITEM_KINDS);
    if (rejected[0]) throw new AppError(itemCode(rejected[0].code), rejected[0].message);
    void reply.status(202).send({ accepted, seq });
  }
}

/** Callers send items here, not events. */
function itemCode(code: ErrorCode): ErrorCode {
  return code === 'REK_INVALID_EVENT' ? 'REK_INVALID_ITEM' : code;
}

/**
 * One of many: `{id, ...fields}`. An import may add `eventId` and `timestamp`, so that doing it again changes nothing, and
 * `mode: "merge"` to change only the fields given.
 */
function asUpsert(entry: Entry): Entry {
  if (!('value' in entry)) return entry;
  const { value } = entry;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { rejection: { code: 'REK_INVALID_ITEM', message: 'an item must be a JSON object' } };
  }
  const { id, eventId, timestamp, mode, ...fields } = value as Record<string, unknown>;
  if (typeof id !== 'string' || id === '')
    return { rejection: { code: 'REK_INVALID_ITEM', message: 'id: must be a text' } };
  const given = { ...(eventId !== undefined && { eventId }), ...(timestamp !== undefined && { timestamp }) };
  return { value: { kind: 'upsert', mode: mode ?? 'replace', ...given, itemId: id, fields } };
}

/** The body of PUT and PATCH; an `id` in it is welcome when it is the path's. */
function fieldsOf(body: unknown, itemId: string): object {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new AppError('REK_INVALID_ITEM', 'the body must be a JSON object of item fields');
  const { id, ...fields } = body as { id?: unknown };
  if (id !== undefined && id !== itemId)
    throw new AppError(
      'REK_INVALID_ITEM',
      `id: the body says ${typeof id === 'string' ? JSON.stringify(id.slice(0, 40)) : 'what is no text'}, the path another one`,
    );
  return fields;
}
