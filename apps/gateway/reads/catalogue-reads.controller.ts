/** Reads of the catalogue, answered by any host. Trending survives without hosts; the others cannot. */
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AppError } from '#kernel';
import { METRICS, type Metrics } from '#observability';
import { Documented } from '../api/documented.js';
import { ITEM_GET_ENDPOINT, SIMILAR_ENDPOINT, TRENDING_ENDPOINT } from '../api/endpoints.js';
import { checked, itemIdSchema, similarQuerySchema, trendingQuerySchema } from '../api/requests.js';
import { ActorRpc } from './actor-rpc.js';
import { sendJsonBytes, sendSubstitute } from './send-answer.js';
import { TrendingKeeper } from './trending-keeper.js';

@Controller('v1/items')
export class CatalogueReadsController {
  constructor(
    @Inject(ActorRpc) private readonly rpc: ActorRpc,
    @Inject(TrendingKeeper) private readonly keeper: TrendingKeeper,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Get('trending')
  @Documented(TRENDING_ENDPOINT)
  async trending(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const request = checked(trendingQuerySchema, query);
    try {
      sendJsonBytes(reply, await this.rpc.host({ op: 'trending', ...request }));
    } catch (error) {
      if (!(error instanceof AppError) || !error.retryable || !isPlain(request)) throw error;
      const kept = await this.keeper.latest();
      const items = kept.items.slice(0, request.n);
      const degraded = { reason: error.code, source: items.length > 0 ? 'trending' : 'empty' } as const;
      this.metrics.degraded.inc(degraded);
      sendSubstitute(reply, { ...kept, items, degraded });
    }
  }

  @Get(':id')
  @Documented(ITEM_GET_ENDPOINT)
  async item(@Param('id') itemId: string, @Res() reply: FastifyReply): Promise<void> {
    sendJsonBytes(reply, await this.rpc.host({ op: 'item', itemId: checked(itemIdSchema, itemId) }));
  }

  @Get(':id/similar')
  @Documented(SIMILAR_ENDPOINT)
  async similar(
    @Param('id') itemId: string,
    @Query() query: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { n } = checked(similarQuerySchema, query);
    sendJsonBytes(reply, await this.rpc.host({ op: 'similar', itemId: checked(itemIdSchema, itemId), n }));
  }
}

/** The substitute is what is trending overall, by the window it names: no answer to a narrower question. */
function isPlain(request: { category?: string | undefined; segment?: string | undefined }): boolean {
  return request.category === undefined && request.segment === undefined;
}
