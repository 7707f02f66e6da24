/** Wiring of the learner: settings and connections in, one service, its RPC, and the order in which all of it ends. */
import { Inject, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { SETTINGS, SettingsModule, type Settings } from '#config';
import { systemClock } from '#kernel';
import {
  HealthState,
  LOGGER,
  METRICS,
  ObservabilityModule,
  ShutdownSequence,
  type Logger,
  type Metrics,
} from '#observability';
import { openConnections, type LearnerConnections } from './learner.connections.js';
import { LearnerMetrics } from './learner-metrics.js';
import { serveLearner } from './learner-rpc.js';
import { LearnerService } from './learner.service.js';

const CONNECTIONS = Symbol('LearnerConnections');

@Module({})
export class LearnerModule implements OnModuleInit {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CONNECTIONS) private readonly connections: LearnerConnections,
    @Inject(LearnerService) private readonly learner: LearnerService,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(ShutdownSequence) private readonly shutdown: ShutdownSequence,
  ) {}

  static forRoot(settings: Settings): DynamicModule {
    return {
      module: LearnerModule,
      imports: [
        SettingsModule.forRoot(settings),
        ObservabilityModule.forRoot({ app: 'learner', level: settings.logLevel }),
      ],
      providers: [
        {
          provide: CONNECTIONS,
          inject: [LOGGER],
          useFactory: (logger: Logger) => openConnections(settings, logger),
        },
        {
          provide: LearnerService,
          inject: [CONNECTIONS, HealthState, LOGGER, METRICS],
          useFactory: newLearner(settings),
        },
      ],
    };
  }

  onModuleInit(): void {
    let stopAnswering = (): void => undefined;
    // A learner that stands by does not answer: requests find the writer, or fail at once.
    this.learner.onRestored(() => {
      stopAnswering = serveLearner(
        this.connections.nats,
        this.settings.namespace,
        this.learner,
        this.metrics,
      );
    });
    this.shutdown.step('intake', 'stop answering rpc.learner', () => stopAnswering());
    this.shutdown.step('drain', 'last deltas and snapshot', () => this.learner.stop());
    this.shutdown.step('disconnect', 'close connections', () => this.connections.close());
  }
}

function newLearner(settings: Settings) {
  return (
    connections: LearnerConnections,
    health: HealthState,
    logger: Logger,
    metrics: Metrics,
  ): LearnerService => {
    health.require('nats connected', () => !connections.nats.isClosed());
    const fail = (error: unknown): never => {
      logger.fatal({ err: error }, 'learning cannot go on');
      logger.flush();
      process.exit(1);
    };
    return new LearnerService({
      ...connections,
      settings,
      clock: systemClock,
      health,
      logger,
      metrics: new LearnerMetrics(metrics),
      fail,
    });
  };
}
