/** Starts and stops a host's parts in their order. */
import type { ModelFollower } from '#model-feed';
import type { HealthState } from '#observability';
import type { ActorHost } from './actor-host.js';
import type { HostMetrics } from './host-metrics.js';
import type { DeadLetterQueue } from './reading/dead-letter-queue.js';
import { hostHash, hostStatus } from './serving/host-status.rpc.js';
import type { GraphKeeper } from './serving/graph-keeper.js';
import type { Recommender } from './serving/recommender.js';
import { parseHostRequest } from './serving/requests.js';
import type { RpcServer, Serving } from './serving/rpc-server.js';
import type { ServedWriter } from './serving/served-writer.js';
import type { HostContext } from './host-context.js';

/** Hosts that answer `rpc.host` share its requests. */
const HOSTS_QUEUE = 'hosts';

export interface ActorsParts {
  readonly context: HostContext;
  readonly host: ActorHost;
  readonly follower: ModelFollower;
  readonly recommender: Recommender;
  readonly graphs: GraphKeeper;
  readonly rpc: RpcServer;
  readonly served: ServedWriter;
  readonly dead: DeadLetterQueue;
  readonly metrics: HostMetrics;
  readonly health: HealthState;
}

export class ActorsService {
  /** What is asked of the host as such; partitions serve until they are released. */
  private readonly serving: Serving[] = [];

  constructor(private readonly parts: ActorsParts) {}

  /** Resolves when the first partitions serve. */
  async start(): Promise<void> {
    const { host, follower, graphs, metrics, health } = this.parts;
    metrics.start();
    // Neither needs the other, and both wait for a server half of the time.
    await Promise.all([follower.start(), host.catchUp(health)]);
    graphs.start();
    await host.start(health);
    this.serveHost();
  }

  /** Takes no more requests of the host as such; those in hand are answered. */
  async stopIntake(): Promise<void> {
    for (const { stop } of this.serving) stop();
    await Promise.all(this.serving.map(({ idle }) => idle()));
  }

  /** Every partition is checkpointed and its lease released; what was served until then is logged. */
  async stop(): Promise<void> {
    const { host, follower, graphs, served, dead, metrics } = this.parts;
    graphs.stop();
    await host.stop();
    await served.close(); // partitions serve, and say so, until they are released
    await dead.flush();
    await follower.stop();
    metrics.stop();
  }

  private serveHost(): void {
    const { rpc, recommender, host, follower, context } = this.parts;
    this.serving.push(
      rpc.serve('rpc.host', (body) => recommender.answer(parseHostRequest(body)), HOSTS_QUEUE),
      rpc.serve('rpc.hosts.status', () =>
        hostStatus(host.hostId, recommender.replica, follower.changedAt, host.partitions, context),
      ),
      rpc.serve('rpc.hosts.hash', () => hostHash(host.hostId, host.partitions, context)),
    );
  }
}
