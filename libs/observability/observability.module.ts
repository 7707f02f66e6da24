/**
 * Logger, metrics, health and shutdown of one app, for all its modules:
 *
 *     @Module({ imports: [ObservabilityModule.forRoot({ app: 'learner', level: settings.logLevel })] })
 */
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { HealthState } from './health-state.js';
import { createLogger, type LogLevel, type Logger } from './logger.js';
import { createMetrics, type Metrics } from './metrics.js';
import type { MetricApp } from './metric-catalogue.js';
import { MetricsController } from './metrics.controller.js';
import { ShutdownSequence } from './shutdown-sequence.js';
import { LOGGER, METRICS } from './tokens.js';

export interface ObservabilityOptions {
  app: MetricApp;
  level?: LogLevel;
  /** Given by tests, and by shells that need them before Nest exists. */
  logger?: Logger;
  metrics?: Metrics;
  health?: HealthState;
}

@Global()
@Module({})
export class ObservabilityModule {
  static forRoot(options: ObservabilityOptions): DynamicModule {
    return {
      module: ObservabilityModule,
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: LOGGER, useFactory: () => options.logger ?? createLogger(options.app, options.level) },
        {
          provide: METRICS,
          useFactory: () =>
            withRestarts(options.metrics ?? createMetrics(options.app, { processMetrics: true })),
        },
        { provide: HealthState, useFactory: () => options.health ?? new HealthState() },
        ShutdownSequence,
      ],
      exports: [LOGGER, METRICS, HealthState, ShutdownSequence],
    };
  }
}

/** The supervisor tells each child how often it restarted it: REKAPPA_RESTARTS. */
function withRestarts(metrics: Metrics): Metrics {
  metrics.restarts.set(Number(process.env['REKAPPA_RESTARTS']) || 0);
  return metrics;
}
