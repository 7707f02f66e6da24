/**
 * Promise: kill -9 of any app under load loses no acknowledged event, doubles no sample, and leaves users, counters,
 * losses and weights as an undisturbed fold of the same log makes them.
 *
 * The clients do what clients do: they send the same events again until they are acknowledged.
 */
import { SeededRandom, sleep } from '#kernel';
import { startSystem, testSeed, until, type AppName, type AppProcess, type RunningSystem } from '#testkit';
import { CommandLine } from '../e2e/command-line.js';

const SLOW_MS = 240_000;
const USERS = 40;
const ITEMS = 60;
/** Events sent between two kills at least. */
const EVENTS_BETWEEN = 400;

let system: RunningSystem;
let gateway: AppProcess;
const cli = new CommandLine(() => ({ ...system, gateway }));

beforeAll(async () => {
  system = await startSystem({
    hosts: 2,
    environment: {
      REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '2',
      REKAPPA_ACTORS_TICK_MS: '200',
      REKAPPA_ACTORS_LEASE_MS: '2000',
      REKAPPA_ACTORS_CHECKPOINT_MS: '700',
      REKAPPA_LEARNER_SNAPSHOT_SECONDS: '1',
      REKAPPA_MODEL_BITS: '14',
      REKAPPA_LOG_LEVEL: 'warn',
    },
  });
  gateway = system.gateway;
}, SLOW_MS);
afterAll(() => system?.stop(), SLOW_MS);

it(
  'kill -9 of gateway, both hosts and learner under load: nothing is lost, nothing counts twice',
  async () => {
    const load = new Load(testSeed('kill every app'));
    await load.catalogue();
    const sending = load.run();
    const victims: [AppName, AppProcess][] = [
      ['actors', system.hosts[0]!],
      ['learner', system.learner!],
      ['gateway', gateway],
      ['actors', system.hosts[1]!],
    ];
    for (const [app, victim] of victims) {
      await load.sent(EVENTS_BETWEEN);
      victim.child.kill9();
      await victim.child.exited;
      const next = await system.start(app);
      if (app === 'gateway') gateway = next;
    }
    await load.sent(EVENTS_BETWEEN);
    load.stop();
    await sending;
    await cli.settled();

    expect(load.interrupted).toBeGreaterThan(0); // the gateway's death was met
    expect(await folded()).toEqual(load.clicks);
    const { checks } = await cli.json<{ checks: { ok: boolean }[] }>('replay', '--from-log', '--verify');
    expect(checks.length).toBeGreaterThan(32);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  },
  SLOW_MS,
);

/** Clicks folded, by user. */
async function folded(): Promise<Record<string, number>> {
  const clicks: Record<string, number> = {};
  for (let u = 0; u < USERS; u++) {
    const answer = await fetch(`${gateway.url}/v1/users/user-${u}/state`);
    const state = (await answer.json()) as { counters?: { byType: { click?: number } } };
    if (state.counters?.byType.click) clicks[`user-${u}`] = state.counters.byType.click;
  }
  return clicks;
}

class Load {
  /** Acknowledged clicks, by user. */
  readonly clicks: Record<string, number> = {};
  /** Requests that had to be sent again. */
  interrupted = 0;
  private readonly random: SeededRandom;
  private events = 0;
  private stopping = false;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  async catalogue(): Promise<void> {
    const items = Array.from({ length: ITEMS }, (_, i) => ({
      id: `item-${i}`,
      categories: [`shelf-${i % 6}`],
    }));
    await this.post('/v1/items', items);
  }

  /** Lists of five and a click in each, until told to stop. */
  async run(): Promise<void> {
    for (let round = 0; !this.stopping; round++) {
      const lists = Array.from({ length: 10 }, (_, k) => this.list(`${round}-${k}`));
      await this.post('/v1/events', lists.flat());
      for (const [, click] of lists) this.clicks[click!.userId] = (this.clicks[click!.userId] ?? 0) + 1;
      this.events += 20;
      await sleep(20);
    }
  }

  stop(): void {
    this.stopping = true;
  }

  async sent(more: number): Promise<void> {
    const goal = this.events + more;
    await until(`${more} more events are acknowledged`, () => this.events >= goal, 60_000);
  }

  private list(id: string) {
    const userId = `user-${this.random.below(USERS)}`;
    const timestamp = Date.now();
    const first = this.random.below(ITEMS);
    const items = Array.from({ length: 5 }, (_, i) => ({ itemId: `item-${(first + i) % ITEMS}` }));
    const itemId = this.random.pick(items).itemId;
    return [
      { kind: 'impression', eventId: `list-${id}`, userId, timestamp, items },
      {
        kind: 'interaction',
        eventId: `click-${id}`,
        userId,
        timestamp: timestamp + 1,
        type: 'click',
        itemId,
      },
    ];
  }

  /** Sends until it is acknowledged. */
  private async post(path: string, body: object): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await fetch(`${gateway.url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        if (answer.status === 202) return;
        if (answer.status < 429) throw new Error(`refused with ${answer.status}: ${await answer.text()}`);
      } catch (error) {
        if (attempt > 600 || (error as Error).message.startsWith('refused')) throw error;
      }
      this.interrupted++;
      await sleep(50);
    }
  }
}
