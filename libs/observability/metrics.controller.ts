/** GET /metrics in Prometheus' text format. */
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { HealthState } from './health-state.js';
import { METRICS } from './tokens.js';
import type { Metrics } from './metrics.js';

interface Reply {
  header(name: string, value: string): { send(body: unknown): void };
}

@Controller('metrics')
export class MetricsController {
  constructor(
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(HealthState) private readonly health: HealthState,
  ) {}

  @Get()
  async scrape(@Res() reply: Reply): Promise<void> {
    this.metrics.ready.set(this.health.isReady() ? 1 : 0);
    const { registry } = this.metrics;
    reply.header('content-type', registry.contentType).send(await registry.metrics());
  }
}
