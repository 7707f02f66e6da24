import { loadSettings } from '#config';
import { foldSettingsOf } from '#interest';
import { modelSettingsOf } from '#learning';
import { rankingSettingsOf } from '#ranking';
import { Coverage } from './coverage.js';
import { SimulatedWorld, type WorldPolicy, type WorldSettings } from './simulated-world.js';

const settings = loadSettings({ REKAPPA_MODEL_BITS: '10', REKAPPA_FM_FACTORS: '4' });
const WORLD: WorldSettings = {
  rehearsal: {
    partitions: 1,
    fold: foldSettingsOf(settings),
    model: modelSettingsOf(settings),
    tickMs: 10_000,
  },
  ranking: rankingSettingsOf(settings),
  positiveTypes: settings.interest.positiveTypes,
  attributionSeconds: settings.interest.attributionSeconds,
  users: 20,
  items: 15,
  lists: 100,
  slots: 3,
};
const LOGGED: WorldPolicy = { changes: { policy: 'epsilon-greedy', explore: 0.3 } };
const RANDOM: WorldPolicy = { changes: { policy: 'random' } };

describe('policies asked of a simulated world', () => {
  it('the one that ran earned what it earned, every weight 1, every list found again', () => {
    const [same] = new SimulatedWorld(WORLD, 1).ask(LOGGED, 0, [LOGGED]);
    const { diagnostics, estimates, behaviour, behaviourOfAll, reproduced } = same!.report;
    expect([reproduced, diagnostics.weightMean, diagnostics.weightMax]).toEqual([1, 1, 1]);
    // Items that none of the drawn lists could put where they were shown have no weight: about one in a hundred.
    expect(diagnostics.withoutPropensity).toBeLessThan(0.02 * WORLD.lists * WORLD.slots);
    expect(Math.abs(behaviourOfAll - behaviour)).toBeLessThan(0.005);
    expect(estimates.find(({ name }) => name === 'IPS')!.value).toBeCloseTo(behaviour, 12);
  });

  it('what another would earn lies in the interval in most worlds (at length: rekappa evaluate whatif-worlds)', () => {
    const coverage = new Coverage();
    for (let seed = 1; seed <= 4; seed++) {
      const world = new SimulatedWorld(WORLD, seed);
      const [random] = world.ask(LOGGED, 0, [RANDOM]);
      coverage.add(random!, world.run(RANDOM, 1));
    }
    const { estimators, refused } = coverage.report();
    expect(refused).toEqual({});
    // 95 % intervals miss three of four worlds or more once in 2,000 times.
    for (const name of ['SNIPS', 'DR'])
      expect(estimators.find((of) => of.name === name)!.holdsAsLogged).toBeGreaterThanOrEqual(0.5);
  });
});
