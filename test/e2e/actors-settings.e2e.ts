/** Settings of the fold stand in the log: hosts that start with others change it for all, and the log alone says what users are. */
import { loadSettings } from '#config';
import { decodeItemFrame } from '#events';
import { sleep, until } from '#kernel';
import { testSeed } from '#testkit';
import { Cluster } from './actors/cluster.js';

const OTHERS = {
  REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '2',
  REKAPPA_INTEREST_HALF_LIFE_SECONDS: '5000',
  REKAPPA_INTEREST_RECENT_MAX: '5',
  REKAPPA_INTEREST_INTERESTS_MAX: '12',
  REKAPPA_INTEREST_WEIGHTS: '{"click":3}',
  REKAPPA_INTEREST_POSITIVE_TYPES: 'click',
};

describe('settings of the fold', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await Cluster.start()), 60_000);
  afterAll(() => cluster.stop(), 30_000);

  async function recorded(): Promise<number[]> {
    const sequences: number[] = [];
    const { log } = cluster.topology;
    for await (const batch of log.read({ from: 1, until: await log.head(), subject: 'log.item' }))
      for (const message of batch)
        for (const entry of decodeItemFrame(message))
          if ('event' in entry && entry.event.kind === 'settings') sequences.push(message.sequence);
    return sequences;
  }

  it('change under load with a host that has others, and back with the next; a fold that is configured otherwise arrives at the same bytes', async () => {
    const first = await cluster.host();
    await cluster.shared(1);
    const traffic = cluster.traffic(testSeed('settings'));
    await sleep(1_500); // traffic takes the time it takes
    const second = await cluster.host(OTHERS);
    await cluster.shared(2);
    await sleep(1_500);
    await first.child.kill9();
    await cluster.shared(1);
    await cluster.host();
    await cluster.shared(2);
    await sleep(1_000);
    await second.child.stop();
    await cluster.shared(1);
    const events = await traffic.stop();

    const changes = await recorded();
    expect(changes).toHaveLength(3);
    expect(changes[0]).toBe(1);
    const halfWay = changes[2]! - changes[1]!;
    expect(halfWay).toBeGreaterThan(50); // entries folded by the others' settings

    const unlike = loadSettings({
      ...cluster.environment,
      REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '900',
      REKAPPA_INTEREST_HALF_LIFE_SECONDS: '77777',
    });
    const compared = await cluster.equalsReference(unlike);
    expect(compared.records).toBeGreaterThan(events);
    await until('nothing is left to write', async () => (await recorded()).length === 3, 1_000);
  }, 180_000);
});
