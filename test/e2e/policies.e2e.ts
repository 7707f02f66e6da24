/** What a deployment asks its own log about policies: experiments that ran, policies that did not, factors fitted anew. */
import { startSystem, type RunningSystem } from '#testkit';
import { CommandLine } from './command-line.js';

const SLOW_MS = 180_000;
const EXPLORE = 0.3;
let system: RunningSystem;

beforeAll(async () => {
  system = await startSystem({
    environment: {
      REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '2',
      REKAPPA_ACTORS_TICK_MS: '200',
      REKAPPA_MODEL_BITS: '14',
      REKAPPA_LOG_LEVEL: 'warn',
      REKAPPA_SERVING_EXPLORE: String(EXPLORE),
      REKAPPA_EXPERIMENTS: JSON.stringify([
        {
          name: 'variety',
          since: '2020-01-01T00:00:00Z',
          arms: [{ name: 'as-is' }, { name: 'varied', settings: { diversity: 0.5 } }],
        },
      ]),
    },
  });
}, SLOW_MS);
afterAll(() => system?.stop(), SLOW_MS);

const cli = new CommandLine(() => system);

interface Arm {
  readonly arm: string;
  readonly impressions: number;
  readonly clicks: number;
  /** Clicks in lists that have ended. */
  readonly ended: number;
  readonly goals: Readonly<Record<string, { readonly count: number; readonly rate: number }>>;
}

interface WhatIf {
  readonly lists: number;
  readonly reproduced: number;
  readonly behaviour: number;
  readonly refusal?: { readonly code: string; readonly reason: string };
  readonly estimates: readonly { name: string; value: number; low: number; high: number }[];
  readonly diagnostics: {
    readonly weightMean: number;
    readonly effectiveSamples: number;
    readonly samples: number;
  };
}

describe('policies, asked of the log', () => {
  it(
    'counts what each arm of an experiment was shown and clicked, all of it, and a rebuild counts the same',
    async () => {
      await cli.json('simulate', '--events', '4000', '--users', '60');
      const { learner } = await cli.settled();
      const { experiments } = await cli.json<{ experiments: { arms: Arm[] }[] }>('experiments');
      const arms = experiments[0]!.arms;
      expect(arms.map(({ arm }) => arm)).toEqual(['as-is', 'varied']);
      expect(arms.reduce((sum, { impressions }) => sum + impressions, 0)).toBe(learner.samples);
      for (const { clicks, impressions } of arms) {
        expect(clicks).toBeGreaterThan(0);
        expect(impressions).toBeGreaterThan(clicks);
      }
      expect(arms.some(({ goals }) => goals['conversion']!.count > 0)).toBe(true);
      for (const { clicks, ended, goals } of arms) {
        expect(ended).toBeLessThanOrEqual(clicks);
        expect(Object.keys(goals)).toEqual(['like', 'conversion', 'dwell']);
        for (const { count, rate } of Object.values(goals)) {
          expect(count).toBeLessThanOrEqual(ended);
          expect(rate > 0).toBe(count > 0);
        }
      }
      const { checks } = await cli.json<{ checks: { what: string; ok: boolean }[] }>('replay', '--verify');
      expect(checks.filter(({ what }) => what.includes('experiments'))).toEqual([
        expect.objectContaining({ ok: true }),
      ]);
    },
    SLOW_MS,
  );

  it(
    'tells what another policy would have earned, and of the policy that ran what it did earn',
    async () => {
      const greedy = await cli.json<WhatIf>('whatif', '--policy', 'greedy');
      expect(greedy.lists).toBeGreaterThan(100);
      expect(greedy.reproduced).toBeGreaterThan(0.98);
      expect(greedy.refusal ?? greedy.estimates.length).toBeTruthy();
      const same = await cli.json<WhatIf>('whatif', '--policy', 'plackett-luce');
      expect(same.refusal).toBeUndefined();
      expect(same.reproduced).toBeGreaterThan(0.98);
      expect(same.diagnostics.weightMean).toBeCloseTo(1, 1);
      expect(same.diagnostics.effectiveSamples).toBeGreaterThan(0.95 * same.diagnostics.samples);
      for (const { value } of same.estimates) expect(Math.abs(value - same.behaviour)).toBeLessThan(0.02);
    },
    SLOW_MS,
  );

  it(
    'fits all factors in a rebuild, promotes it, and still verifies',
    async () => {
      const { code, out } = await cli.run('replay', '--als', '0.8', '--promote');
      expect([code, out]).toEqual([0, expect.stringMatching(/20 nearest by factors[^]*promoted: main-1-/)]);
      await cli.settled();
      expect((await cli.run('replay', '--verify')).code).toBe(0);
      expect((await cli.run('replay', '--als', '2')).code).toBe(2);
    },
    SLOW_MS,
  );
});
