/** The gateway's wiring, and the order in which its connections end. */
import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { MemoryCache, RedisCache, type Cache, type CacheObserver } from '#cache';
import { SETTINGS, SettingsModule, type Settings } from '#config';
import {
  connectNats,
  FramePublisher,
  linkOf,
  openTopology,
  type LogTopology,
  type NatsConnection,
} from '#log';
import {
  HealthState,
  LOGGER,
  METRICS,
  ObservabilityModule,
  ShutdownSequence,
  type Logger,
  type Metrics,
  type ObservabilityOptions,
} from '#observability';
import { AccessGate } from './access/access-gate.js';
import { ScopeGuard } from './access/scope.guard.js';
import { drainConnection } from './drain-connection.js';
import { ClearAppends } from './erasure/clear-appends.js';
import { Eraser } from './erasure/eraser.js';
import { ErasureBroadcast } from './erasure/erasure-broadcast.js';
import { openGatewayKeys, type GatewayKeys } from './erasure/gateway-keys.js';
import { IntakeGate } from './http/intake-gate.js';
import { RootController } from './http/root.controller.js';
import { EventsController } from './ingest/events.controller.js';
import { IngestMessagesController } from './ingest/ingest-messages.controller.js';
import { IngestService } from './ingest/ingest.service.js';
import { ItemsController } from './ingest/items.controller.js';
import { ActorRpc } from './reads/actor-rpc.js';
import { CatalogueReadsController } from './reads/catalogue-reads.controller.js';
import { ExperimentsController } from './reads/experiments.controller.js';
import { LastLists } from './reads/last-lists.js';
import { RecommendationsController } from './reads/recommendations.controller.js';
import { Recommender } from './reads/recommender.js';
import { TrendingKeeper } from './reads/trending-keeper.js';
import { UsersController } from './reads/users.controller.js';
import { RecentLatencies } from './status/recent-latencies.js';
import { StatusController } from './status/status.controller.js';
import { SystemStatus } from './status/system-status.js';
import { CACHE, KEYS, NATS, PUBLISHER, TOPOLOGY } from './tokens.js';

/** How often a frame is sent before its events are given up: the caller waits no longer than ackTimeoutMs anyway. */
const PUBLISH_ATTEMPTS = 5;

@Module({})
export class GatewayModule {
  static forRoot(settings: Settings, observability: Partial<ObservabilityOptions> = {}): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        SettingsModule.forRoot(settings),
        ObservabilityModule.forRoot({ app: 'gateway', level: settings.logLevel, ...observability }),
      ],
      controllers: [
        RootController,
        EventsController,
        ItemsController,
        IngestMessagesController,
        RecommendationsController,
        CatalogueReadsController,
        UsersController,
        ExperimentsController,
        StatusController,
      ],
      providers: [
        {
          provide: NATS,
          useFactory: () => connectNats({ natsUrl: settings.natsUrl, name: 'rekappa-gateway' }),
        },
        {
          provide: TOPOLOGY,
          inject: [NATS, LOGGER],
          useFactory: (connection: NatsConnection, logger: Logger) =>
            openTopology(connection, settings, (difference) => logger.warn(difference)),
        },
        {
          provide: PUBLISHER,
          inject: [TOPOLOGY, METRICS, ClearAppends],
          useFactory: (topology: LogTopology, metrics: Metrics, clear: ClearAppends) =>
            new FramePublisher(topology, {
              packMs: settings.log.packMs,
              inFlightMax: settings.log.inFlightMax,
              attempts: PUBLISH_ATTEMPTS,
              refuse: clear.refusalOf,
              onFrame: (events, bytes) => {
                metrics.frameEvents.observe(events);
                metrics.frameBytes.observe(bytes);
              },
            }),
        },
        {
          provide: KEYS,
          inject: [TOPOLOGY],
          useFactory: (topology: LogTopology) => openGatewayKeys(settings, topology),
        },
        {
          provide: CACHE,
          inject: [METRICS, LOGGER],
          useFactory: (metrics: Metrics, logger: Logger) => openCache(settings, metrics, logger),
        },
        ClearAppends,
        IntakeGate,
        AccessGate,
        { provide: APP_GUARD, useClass: ScopeGuard },
        IngestService,
        ActorRpc,
        LastLists,
        Eraser,
        ErasureBroadcast,
        TrendingKeeper,
        Recommender,
        RecentLatencies,
        SystemStatus,
      ],
    };
  }

  constructor(
    @Inject(SETTINGS) settings: Settings,
    @Inject(HealthState) health: HealthState,
    @Inject(ShutdownSequence) shutdown: ShutdownSequence,
    @Inject(METRICS) metrics: Metrics,
    @Inject(LOGGER) logger: Logger,
    @Inject(NATS) connection: NatsConnection,
    @Inject(PUBLISHER) publisher: FramePublisher,
    @Inject(CACHE) cache: Cache,
    @Inject(KEYS) keys: GatewayKeys | undefined,
    @Inject(IntakeGate) gate: IntakeGate,
    @Inject(IngestService) ingest: IngestService,
  ) {
    if (!isLoopback(settings.http.host) && settings.http.apiKeys.length === 0)
      logger.warn(
        { host: settings.http.host },
        'the gateway listens beyond this machine and asks for no key: anybody who reaches it may write (docs/security.md)',
      );
    // Without NATS it still answers from the cache, so it stays ready, and says what is wrong.
    health.watch('nats', () => linkOf(connection).up);
    linkOf(connection).subscribe((up) => up && metrics.natsReconnects.inc());
    if (cache instanceof RedisCache) health.watch('redis', () => !cache.away);
    const patienceMs = settings.log.ackTimeoutMs;
    shutdown.step('intake', 'requests under way', () =>
      Promise.all([gate.drained(patienceMs), ingest.drained(patienceMs)]),
    );
    shutdown.step('drain', 'frames', () => publisher.close());
    shutdown.step('disconnect', 'nats', () => drainConnection(connection));
    shutdown.step('disconnect', 'cache', () => cache.close());
    shutdown.step('disconnect', 'keys', async () => keys?.disconnect());
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function openCache(settings: Settings, metrics: Metrics, logger: Logger): Cache {
  const bytesMax = settings.serving.cacheBytesMax;
  const observe: CacheObserver = (backend, result) => metrics.cacheRequests.inc({ backend, result });
  const standIn = new MemoryCache({ bytesMax, observe });
  if (settings.redisUrl === '') return standIn;
  const onCircuit = (open: boolean, reason?: string): void => {
    metrics.cacheCircuitOpen.set(open ? 1 : 0);
    logger.warn({ reason }, open ? 'Redis is away: caching in the process' : 'Redis is back');
  };
  return new RedisCache({
    url: settings.redisUrl,
    prefix: `${settings.namespace}:`,
    standIn,
    observe,
    onCircuit,
  });
}
