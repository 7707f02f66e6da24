/** Lists for users: recommendations from the catalogue, and rankings of the caller's own candidates. */
import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Documented } from '../api/documented.js';
import { RANK_ENDPOINT, RECOMMEND_ENDPOINT, RECOMMEND_GET_ENDPOINT } from '../api/endpoints.js';
import { checked, rankRequestSchema, recommendQuerySchema, recommendRequestSchema } from '../api/requests.js';
import { Recommender, type Answer } from './recommender.js';
import { sendJsonBytes, sendSubstitute } from './send-answer.js';

@Controller('v1')
export class RecommendationsController {
  constructor(@Inject(Recommender) private readonly recommender: Recommender) {}

  @Get('recommendations')
  @Documented(RECOMMEND_GET_ENDPOINT)
  async get(
    @Query() query: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    send(reply, await this.recommender.recommend(checked(recommendQuerySchema, query), request.id));
  }

  @Post('recommendations')
  @HttpCode(200)
  @Documented(RECOMMEND_ENDPOINT)
  async post(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    send(reply, await this.recommender.recommend(checked(recommendRequestSchema, body), request.id));
  }

  @Post('rank')
  @HttpCode(200)
  @Documented(RANK_ENDPOINT)
  async rank(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    send(reply, await this.recommender.rank(checked(rankRequestSchema, body), request.id));
  }
}

function send(reply: FastifyReply, answer: Answer): void {
  void reply.status(200);
  if ('live' in answer) sendJsonBytes(reply, answer.live);
  else sendSubstitute(reply, answer.substitute);
}
