/**
 * 13. A rolling restart under load, one process after the other: its successor starts, then it is told to end (SIGTERM). Nobody
 * may notice: clients spread over the gateways that are ready, and go to the next one when a connection is refused or a gateway
 * says that it is shutting down (503 REK_NOT_READY), as a load balancer does. A request that was accepted and not answered, or answered with anything but success, has failed.
 */
import { sleep } from '#kernel';
import { until, type AppProcess } from '#testkit';
import { withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import type { Scenario, Trial } from '../harness/scenario.js';

const CLIENTS = 8;
const PAUSE_MS = 5;
const ENDS_WITHIN_MS = 10_000;
const REQUESTS_A_ROUND_MIN = 50;
const APPS = ['gateway', 'actors', 'learner'] as const;

export const sigterm: Scenario = {
  name: 'sigterm',
  promise: 13,
  about: `a process that is told to end does so within ${ENDS_WITHIN_MS / 1000} s with exit code 0, and no request fails`,
  rounds: { short: 3, long: 50 },
  mutants: { abrupt: 'a process that is told to end does so at once' },
  run: (trial) =>
    withSystem(trial, { hosts: 2, gateways: 2 }, async (system) => {
      const load = system.load(trial);
      await load.start();
      const clients = new Clients(system);
      const seconds: number[] = [];
      for (let round = 0; round < trial.rounds; round++) {
        const app = APPS[round % APPS.length]!;
        const before = clients.answered;
        const { code, tookMs } = await roll(system, app);
        seconds.push(tookMs / 1000);
        trial.findings.fault(`SIGTERM of ${app}`);
        trial.findings.must(code === 0, `${app} ended with exit code ${code}`);
        trial.findings.must(tookMs <= ENDS_WITHIN_MS, `${app} took ${Math.round(tookMs)} ms to end`);
        await until(
          'requests go on',
          () => clients.answered >= before + REQUESTS_A_ROUND_MIN || clients.failed.length > 0,
          30_000,
        );
      }
      await clients.stop();
      await load.stop();
      judge(trial, clients, seconds);
      await system.prove(load);
    }),
};

/** The successor first, then the end of the one before it; of the learner there is one at a time, and nobody waits for it. */
async function roll(
  system: ChaosSystem,
  app: (typeof APPS)[number],
): Promise<{ code: number; tookMs: number }> {
  if (app === 'learner') {
    const ended = await endOf(system.learner);
    await system.add('learner');
    return ended;
  }
  const list = { gateway: system.gateways, actors: system.hosts }[app];
  const old = list[0]!;
  await system.add(app);
  list.shift();
  return endOf(old);
}

async function endOf({ name, child }: AppProcess): Promise<{ code: number; tookMs: number }> {
  const startedAt = performance.now();
  process.kill(child.pid, 'SIGTERM');
  await until(`${name} has ended`, () => child.status !== undefined, 3 * ENDS_WITHIN_MS, 10);
  return { code: child.status!.code ?? -1, tookMs: performance.now() - startedAt };
}

function judge(
  { findings }: Trial,
  { answered, refused, failed }: Clients,
  seconds: readonly number[],
): void {
  findings.did('requests', answered);
  findings.did('refused, then asked elsewhere', refused);
  findings.figure('failed requests', failed.length);
  findings.seconds('to end', seconds);
  findings.must(failed.length === 0, `${failed.length} requests failed: ${failed.slice(0, 3).join('; ')}`);
}

/** Asks for lists and for what trends, and sends clicks, at any gateway that is there. */
class Clients {
  answered = 0;
  refused = 0;
  readonly failed: string[] = [];
  private stopping = false;
  private readonly running: Promise<void[]>;

  constructor(private readonly system: ChaosSystem) {
    this.running = Promise.all(Array.from({ length: CLIENTS }, (_, client) => this.run(client)));
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private async run(client: number): Promise<void> {
    for (let i = 0; !this.stopping; i++) {
      await this.request(client, i);
      await sleep(PAUSE_MS);
    }
  }

  private async request(client: number, i: number): Promise<void> {
    const gateways = [...this.system.gateways];
    const first = (client + i) % gateways.length;
    for (let turn = 0; turn < gateways.length; turn++) {
      const gateway = gateways[(first + turn) % gateways.length]!;
      try {
        const answer = await this.send(gateway, client, i);
        const body = await answer.text();
        if (answer.status === 503 && body.includes('REK_NOT_READY')) {
          this.refused++;
          continue;
        }
        if (answer.ok) this.answered++;
        else this.failed.push(`${answer.status} of ${gateway.name} for ${answer.url}: ${body.slice(0, 200)}`);
        return;
      } catch (error) {
        if (!isRefused(error)) {
          this.failed.push(`${gateway.name}: ${causeOf(error)}`);
          return;
        }
        this.refused++;
      }
    }
    this.failed.push('no gateway took it');
  }

  private send({ url }: AppProcess, client: number, i: number): Promise<Response> {
    const user = `asker-${client}-${i % 20}`;
    const headers = { connection: 'close' };
    if (i % 3 === 0) return fetch(`${url}/v1/items/trending?n=5`, { headers });
    if (i % 3 === 1) return fetch(`${url}/v1/recommendations?user=${user}&n=5`, { headers });
    const event = {
      kind: 'interaction',
      type: 'click',
      userId: user,
      itemId: 'item-1',
      eventId: `sigterm-${client}-${i}`,
    };
    return fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify([event]),
    });
  }
}

const causeOf = (error: unknown): string =>
  String((error as { cause?: { code?: unknown } }).cause?.code ?? error);

const isRefused = (error: unknown): boolean => causeOf(error) === 'ECONNREFUSED';
