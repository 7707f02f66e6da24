/**
 * 15. Three NATS nodes, every stream and the leases on all of them: each node in turn is killed under load and started again later.
 * The two that are left go on; nothing acknowledged is lost.
 */
import { withSystem } from '../harness/chaos-system.js';
import { NatsCluster, NODES } from '../harness/nats-cluster.js';
import type { Scenario } from '../harness/scenario.js';

const EVENTS_BETWEEN = 200;
const EVENTS_DURING = 2_000;

export const cluster: Scenario = {
  name: 'cluster',
  promise: 15,
  about: 'kill -9 of each of three NATS nodes in turn under load loses nothing, and the other two go on',
  rounds: { short: 1, long: 15, mutant: NODES },
  mutants: { 'one-replica': 'streams and leases are kept on one node only' },
  run: async (trial) => {
    const nats = await NatsCluster.start();
    try {
      const environment = { REKAPPA_LOG_REPLICAS: String(NODES) };
      await withSystem(trial, { natsUrl: nats.url, environment }, async (system) => {
        const { findings } = trial;
        const load = system.load(trial);
        await load.start();
        const during: number[] = [];
        for (let round = 0, due: number[] = []; round < trial.rounds; round++) {
          await nats.current();
          const leader = await nats.leaderOf('REKAPPA_LOG');
          if (due.length === 0) {
            const others = nats.nodes.map((_, at) => at).filter((at) => at !== leader);
            due = trial.turned([leader, ...others]);
          }
          const at = due.shift()!;
          await load.sent(EVENTS_BETWEEN);
          const from = load.waits.length;
          await nats.nodes[at]!.kill9();
          findings.fault(`kill -9 of ${at === leader ? "LOG's leader" : 'another node'}`);
          await findings.mustCome(load.sent(EVENTS_DURING));
          during.push(...load.waits.slice(from));
          await nats.nodes[at]!.restart();
        }
        await nats.current();
        await load.stop();
        findings.seconds('event acknowledged, always', load.waits);
        findings.seconds('event acknowledged, with a node lost', during);
        await system.prove(load);
      });
    } finally {
      await nats.stop();
    }
  },
};
