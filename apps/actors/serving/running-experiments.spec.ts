import { loadSettings } from '#config';
import { RunningExperiments } from './running-experiments.js';

const EXPERIMENTS = [
  {
    name: 'exploration',
    since: '2026-01-01T00:00:00Z',
    arms: [{ name: 'as-is' }, { name: 'thompson', settings: { policy: 'thompson', diversity: 0.5 } }],
  },
  {
    name: 'variety',
    since: '2026-01-01T00:00:00Z',
    arms: [{ name: 'a' }, { name: 'b', settings: { diversity: 2 } }],
  },
];
const configured = (experiments: unknown) =>
  loadSettings({ REKAPPA_EXPERIMENTS: JSON.stringify(experiments) }).experiments;

describe('running experiments', () => {
  const running = new RunningExperiments(configured(EXPERIMENTS));
  const after = Date.parse('2026-01-02T00:00:00Z');

  it('name every arm of the user, always the same, and change what the arms change', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const { arms, changes } = running.assign(`u${i}`, after);
      expect(running.assign(`u${i}`, after).arms).toEqual(arms);
      seen.add(arms.join(' '));
      expect(changes.policy).toBe(arms[0] === 'exploration:thompson' ? 'thompson' : undefined);
      const ofFirst = arms[0] === 'exploration:thompson' ? 0.5 : undefined;
      expect(changes.diversity).toBe(arms[1] === 'variety:b' ? 2 : ofFirst);
    }
    expect(seen.size).toBe(4);
  });

  it('change nothing before they begin', () => {
    expect(running.assign('u1', Date.parse('2025-12-31T00:00:00Z'))).toEqual({ arms: [], changes: {} });
  });

  it('can value other goals and recall by other shares, and leave alone what an arm does not name', () => {
    const settings = { conversionValue: 20, recallShares: { trending: 0 } };
    const shop = new RunningExperiments(
      configured([{ ...EXPERIMENTS[0], arms: [{ name: 'as-is' }, { name: 'purchases', settings }] }]),
    );
    const seen = new Map(
      Array.from({ length: 40 }, (_, i) => shop.assign(`u${i}`, after)).map(({ arms, changes }) => [
        arms[0],
        changes,
      ]),
    );
    expect(seen.get('exploration:as-is')).toEqual({});
    expect(seen.get('exploration:purchases')).toEqual(settings);
  });

  it.each([
    [[{ ...EXPERIMENTS[0], arms: [{ name: 'a' }, { name: 'b', settings: { likeValue: -1 } }] }]],
    [[{ ...EXPERIMENTS[0], effects: { dwellSeconds: 31 } }]],
    [[{ ...EXPERIMENTS[0], arms: [{ name: 'alone' }] }]],
    [[EXPERIMENTS[0], EXPERIMENTS[0]]],
    [[{ ...EXPERIMENTS[0], arms: [{ name: 'a' }, { name: 'b', settings: { timeoutMs: 1 } }] }]],
  ])(
    'are refused when a value is out of range, an arm is alone, a name comes twice, or an arm changes more than serving',
    (wrong) => {
      expect(() => configured(wrong)).toThrow('REKAPPA_EXPERIMENTS');
    },
  );
});
