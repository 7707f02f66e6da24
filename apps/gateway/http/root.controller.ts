/** GET /: where everything is, for whoever opens the address in a browser. */
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { SETTINGS, type Settings } from '#config';

@ApiExcludeController()
@Controller()
export class RootController {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  @Get()
  index(): object {
    return {
      name: 'Rekappa gateway',
      namespace: this.settings.namespace,
      dashboard: '/dashboard',
      documentation: '/docs',
      openapi: '/docs/openapi.json',
      health: ['/health/live', '/health/ready', '/health/startup'],
      metrics: '/metrics',
      status: 'GET /v1/status',
      events: ['POST /v1/events'],
      items: [
        'POST /v1/items',
        'PUT /v1/items/{id}',
        'PATCH /v1/items/{id}',
        'DELETE /v1/items/{id}',
        'GET /v1/items/{id}',
        'GET /v1/items/{id}/similar',
        'GET /v1/items/trending',
      ],
      recommendations: ['GET /v1/recommendations?user={id}', 'POST /v1/recommendations', 'POST /v1/rank'],
      users: ['GET /v1/users/{id}/state', 'DELETE /v1/users/{id}'],
      experiments: ['GET /v1/experiments'],
    };
  }
}
