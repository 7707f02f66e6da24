/** GET /v1/users/:id/state: what the user's actor holds, readable. DELETE /v1/users/:id: all of it is destroyed. */
import { Controller, Delete, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SETTINGS, type Settings } from '#config';
import { Documented } from '../api/documented.js';
import { USER_DELETE_ENDPOINT, USER_STATE_ENDPOINT } from '../api/endpoints.js';
import { checked, stateQuerySchema, userIdSchema } from '../api/requests.js';
import { Eraser } from '../erasure/eraser.js';
import { ActorRpc } from './actor-rpc.js';
import { sendJsonBytes } from './send-answer.js';

@Controller('v1/users')
export class UsersController {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(ActorRpc) private readonly rpc: ActorRpc,
    @Inject(Eraser) private readonly eraser: Eraser,
  ) {}

  @Delete(':id')
  @Documented(USER_DELETE_ENDPOINT)
  async delete(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.eraser.erase(checked(userIdSchema, id));
    void reply.status(answer.done ? 200 : 202).send(answer);
  }

  @Get(':id/state')
  @Documented(USER_STATE_ENDPOINT)
  async state(@Param('id') id: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const user = checked(userIdSchema, id);
    const { after } = checked(stateQuerySchema, query);
    const timeoutMs =
      this.settings.serving.timeoutMs + (after === undefined ? 0 : this.settings.actors.afterWaitMs);
    sendJsonBytes(reply, await this.rpc.user(user, { op: 'state', user, after }, timeoutMs));
  }
}
