/** Wiring of an actor host: settings and connections in, its parts, its RPC, and the order in which all of it ends. */
import { Inject, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { MemoryBudget } from '#actor';
import { SettingsModule, type Settings } from '#config';
import { foldSettingsOf, SettingsHistory } from '#interest';
import { errorMessage, ToldClock, Turns } from '#kernel';
import { modelSettingsOf, type SnapshotHeader } from '#learning';
import { DeadLetters, linkOf } from '#log';
import { LearnerClient, ModelFollower } from '#model-feed';
import {
  HealthState,
  LOGGER,
  METRICS,
  ObservabilityModule,
  ShutdownSequence,
  type Logger,
  type Metrics,
} from '#observability';
import { sealedWithoutKey, type UserKeys } from '#privacy';
import { itemDistance, rankingSettingsOf } from '#ranking';
import { RecallIndex } from '#recall';
import { graphsAvailable } from '#vectors';
import { ActorHost } from './actor-host.js';
import { openConnections, type HostConnections } from './actors.connections.js';
import { ActorsService } from './actors.service.js';
import type { HostContext } from './host-context.js';
import { HostMetrics } from './host-metrics.js';
import { CatalogueReplica } from './reading/catalogue-replica.js';
import { DeadLetterQueue } from './reading/dead-letter-queue.js';
import { LogReader } from './reading/log-reader.js';
import { GraphKeeper } from './serving/graph-keeper.js';
import { Recommender } from './serving/recommender.js';
import { RpcServer } from './serving/rpc-server.js';
import { countListed, diversityWatch, stageTimes } from './serving/list-metrics.js';
import { ServedWriter } from './serving/served-writer.js';
import { UserRpc } from './serving/user.rpc.js';

const CONNECTIONS = Symbol('HostConnections');
/** What `dead.<where>` calls this reader. */
const DEAD_WHERE = 'actors';

@Module({})
export class ActorsModule implements OnModuleInit {
  constructor(
    @Inject(CONNECTIONS) private readonly connections: HostConnections,
    @Inject(ActorsService) private readonly actors: ActorsService,
    @Inject(ShutdownSequence) private readonly shutdown: ShutdownSequence,
  ) {}

  static forRoot(settings: Settings): DynamicModule {
    return {
      module: ActorsModule,
      imports: [
        SettingsModule.forRoot(settings),
        ObservabilityModule.forRoot({ app: 'actors', level: settings.logLevel }),
      ],
      providers: [
        {
          provide: CONNECTIONS,
          inject: [LOGGER],
          useFactory: (logger: Logger) => openConnections(settings, logger),
        },
        {
          provide: ActorsService,
          inject: [CONNECTIONS, HealthState, LOGGER, METRICS],
          useFactory: assemble(settings),
        },
      ],
    };
  }

  onModuleInit(): void {
    this.shutdown.step('intake', 'stop answering requests', () => this.actors.stopIntake());
    this.shutdown.step('checkpoint', 'checkpoint and release partitions', () => this.actors.stop());
    this.shutdown.step('disconnect', 'close connections', () => this.connections.close());
  }
}

function assemble(settings: Settings) {
  return (
    connections: HostConnections,
    health: HealthState,
    logger: Logger,
    metrics: Metrics,
  ): ActorsService => {
    const { nats, topology, leases, store, keys, hostId } = connections;
    const link = linkOf(nats);
    health.require('nats connected', () => link.up);
    const dead = deadLetterQueue(new DeadLetters(topology), logger, metrics);
    const catalogue = new CatalogueReplica(topology, dead, new SettingsHistory(foldSettingsOf(settings)));
    const reader = new LogReader(
      topology,
      catalogue,
      (events) => metrics.foldedEvents.inc({ kind: 'item' }, events),
      keys ? undefined : sealedWithoutKey(settings.namespace),
    );
    const context: HostContext = {
      settings,
      topology,
      catalogue,
      reader,
      dead,
      logger,
      metrics,
      checkpoints: store.checkpoints,
      keys,
      budget: new MemoryBudget(settings.actors.residentBytesMax),
      turns: new Turns(),
      clock: new ToldClock(),
    };
    const follower = modelFollower(settings, connections, logger);
    const served = new ServedWriter(topology, settings.log.packMs, sealingKeys(context), (code, message) =>
      logger.warn({ code, message }, 'a served list was not logged'),
    );
    const index = new RecallIndex(catalogue.current);
    const measureDiversity = diversityWatch(metrics, itemDistance(catalogue.current));
    const recommender = new Recommender({
      catalogue: catalogue.current,
      catalogueSequence: () => reader.position,
      index,
      follower,
      settings: rankingSettingsOf(settings),
      experiments: settings.experiments,
      clock: context.clock,
      served: (event) => {
        countListed(metrics, event);
        measureDiversity(event);
        served.write(event);
      },
      watch: stageTimes(metrics),
      ruleFailed: (rule) => metrics.ruleFailures.inc({ rule }),
      ruleLimitReached: () => metrics.ruleLimits.inc(),
    });
    const rpc = new RpcServer(nats, settings.namespace, metrics, logger);
    const users = new UserRpc(recommender, context);
    const host = new ActorHost(hostId, context, leases, {
      serve: (partition) =>
        rpc.serve(`rpc.user.${partition.partition}`, (body) => users.answer(partition, body)),
      broken: (error) => endProcess(logger, error),
    });
    const hostMetrics = new HostMetrics(
      context,
      () => host.partitions,
      () => follower.changedAt,
    );
    return new ActorsService({
      context,
      host,
      follower,
      recommender,
      graphs: graphKeeper(index, follower, logger),
      rpc,
      served,
      dead,
      metrics: hostMetrics,
      health,
    });
  };
}

function graphKeeper(index: RecallIndex, follower: ModelFollower, logger: Logger): GraphKeeper {
  if (!graphsAvailable())
    logger.warn('no graph library runs on this machine: nearest items are found by looking at all of them');
  return new GraphKeeper(() => [index, follower.replica]);
}

function deadLetterQueue(letters: DeadLetters, logger: Logger, metrics: Metrics): DeadLetterQueue {
  return new DeadLetterQueue(
    letters,
    DEAD_WHERE,
    (code) => metrics.dead.inc({ where: DEAD_WHERE, code }),
    ({ source, reason }, error) =>
      logger.error({ source, code: reason.code, why: errorMessage(error) }, 'a dead letter was dropped'),
  );
}

function modelFollower(
  settings: Settings,
  { nats, topology, store }: HostConnections,
  logger: Logger,
): ModelFollower {
  const learner = new LearnerClient(nats, settings.namespace);
  return new ModelFollower({
    topology,
    snapshots: {
      newestValid: (model) => store.snapshots.newestValid<SnapshotHeader>(model),
      get: (id) => store.snapshots.get<SnapshotHeader>(id),
    },
    name: settings.model.name,
    settings: modelSettingsOf(settings),
    requestSnapshot: () => learner.snapshot(),
    report: ({ what, message }) => logger.warn({ what }, message),
  });
}

/** What is sealed is read in any case, but written only where the settings say so. */
function sealingKeys({ settings, keys }: HostContext): UserKeys | undefined {
  return settings.privacy.sealUsers === 'on' ? keys : undefined;
}

/** The log is damaged, or cannot be followed: stopping beats serving a wrong state. */
function endProcess(logger: Logger, error: unknown): never {
  logger.fatal({ err: error }, 'the log cannot be followed');
  logger.flush();
  return process.exit(1);
}
