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
  warmUp: 0,
  lists: 100,
  slots: 3,
};
const LOGGED: WorldPolicy = { changes: { policy: 'epsilon-greedy', explore: 0.3 } };
const SAMPLED: WorldPolicy = { changes: { policy: 'plackett-luce', explore: 0.5 } };
const RANDOM: WorldPolicy = { changes: { policy: 'random' } };

describe('policies asked of a simulated world', () => {
  it.each([LOGGED, SAMPLED])(
    'the one that ran earned what it earned, in the interval of what it earned: every weight 1, every list found again (%j)',
    (logged) => {
      // After a warm-up, so that the model learns all the while: what is found again knows as much as what was served.
      const [same] = new SimulatedWorld({ ...WORLD, warmUp: 50 }, 1).ask(logged, 0, [logged]);
      const { diagnostics, estimates, behaviour, behaviourInterval, behaviourOfAll, reproduced } =
        same!.report;
      expect([reproduced, diagnostics.weightMean, diagnostics.weightMax]).toEqual([1, 1, 1]);
      expect([diagnostics.withoutPropensity, diagnostics.support]).toEqual([0, 1]);
      expect(behaviourOfAll).toBe(behaviour);
      for (const name of ['IPS', 'SNIPS'])
        expect(estimates.find((of) => of.name === name)).toMatchObject({
          value: behaviour,
          ...behaviourInterval,
        });
    },
  );

  it('told by impressions alone, with the chances that clients sent, the one that ran still weighs 1', () => {
    const [same] = new SimulatedWorld(WORLD, 2).ask(SAMPLED, 0, [SAMPLED], 'shown');
    const { diagnostics, estimates, behaviour, refusal, propensities, lists } = same!.report;
    expect([refusal, propensities, lists]).toEqual([undefined, 'shown', WORLD.lists]);
    expect([diagnostics.weightMax, diagnostics.weightMean]).toEqual([1, 1]);
    expect(estimates.find(({ name }) => name === 'IPS')!.value).toBe(behaviour);
  });

  it('told by impressions without chances: fitted ones are said to be, and their intervals hold the truth in most worlds', () => {
    const coverage = new Coverage();
    for (let seed = 1; seed <= 3; seed++) {
      const [asked] = new SimulatedWorld({ ...WORLD, lists: 250 }, seed).ask(SAMPLED, 0, [RANDOM], 'fitted');
      expect(asked!.report.propensities).toBe('fitted');
      coverage.add(asked!, asked!.asLogged);
    }
    const { estimators, fitError, refused } = coverage.report();
    expect(refused).toEqual({});
    expect(fitError).toBeLessThan(0.8);
    for (const name of ['SNIPS', 'DR'])
      expect(estimators.find((of) => of.name === name)!.holdsAsLogged).toBeGreaterThan(0.5);
  });

  it('what another would earn lies in the interval in most worlds (at length: rekappa evaluate whatif-worlds)', () => {
    const coverage = new Coverage();
    for (let seed = 1; seed <= 4; seed++) {
      const world = new SimulatedWorld(WORLD, seed);
      const [random] = world.ask(LOGGED, 0, [RANDOM]);
      coverage.add(random!, world.run(RANDOM, 1, LOGGED, 0));
    }
    const { estimators, refused } = coverage.report();
    expect(refused).toEqual({});
    // 95 % intervals miss three of four worlds or more once in 2,000 times.
    for (const name of ['SNIPS', 'DR'])
      expect(estimators.find((of) => of.name === name)!.holdsAsLogged).toBeGreaterThanOrEqual(0.5);
  });

  describe.each(['like', 'conversion', 'dwell'] as const)('by %s', (reward) => {
    it('the one that ran earned what it earned', () => {
      const [same] = new SimulatedWorld({ ...WORLD, reward }, 1).ask(LOGGED, 0, [LOGGED]);
      const { estimates, behaviour, behaviourOfAll, diagnostics, outcomes, refusal } = same!.report;
      expect([refusal, diagnostics.weightMean, behaviourOfAll]).toEqual([undefined, 1, behaviour]);
      expect(outcomes).toBeGreaterThan(10);
      expect(estimates.map(({ name }) => name)).toEqual(['IPS', 'SNIPS', 'DM', 'DR', 'SNDR', 'switch-DR']);
      expect(estimates[0]!.value).toBe(behaviour);
      expect(behaviour).toBeLessThan(reward === 'dwell' ? 30 : 0.3);
    });
  });

  it.each(['like', 'dwell'] as const)('by %s, too, intervals hold in most worlds', (reward) => {
    const coverage = new Coverage();
    for (let seed = 1; seed <= 3; seed++) {
      const [random] = new SimulatedWorld({ ...WORLD, reward }, seed).ask(LOGGED, 0, [RANDOM]);
      coverage.add(random!, random!.asLogged);
    }
    const { estimators, refused } = coverage.report();
    expect(refused).toEqual({});
    for (const name of ['SNIPS', 'DR'])
      expect(estimators.find((of) => of.name === name)!.holdsAsLogged).toBeGreaterThan(0.5);
  });

  it('by what nobody ever did, are refused, with the reason', () => {
    const fold = { ...WORLD.rehearsal.fold, likeTypes: [] };
    const world = new SimulatedWorld(
      { ...WORLD, reward: 'like', rehearsal: { ...WORLD.rehearsal, fold } },
      1,
    );
    const { report } = world.ask(LOGGED, 0, [RANDOM])[0]!;
    expect(report).toMatchObject({ outcomes: 0, estimates: [], refusal: { code: 'no-outcomes' } });
    expect(report.refusal!.reason).toMatch(/no like \(interest.likeTypes\)/);
  });
});
