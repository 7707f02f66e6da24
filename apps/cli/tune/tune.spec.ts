import { auc } from '#evaluation';
import { loadSettings } from '#config';
import type { FeedbackRecord, Outcome } from '#events';
import { SeededRandom } from '#kernel';
import { DEFAULT_STATISTICS, modelSettingsOf, syntheticFeedback, type ModelSettings } from '#learning';
import { overridesAsEnvironment } from '../setting-overrides.js';
import { lossesOf } from './objective.js';
import { environmentLines, renderTuning } from './report.js';
import { Tape, type TapedList } from './tape.js';
import type { Taped } from './tape-sources.js';
import { firstShare, runTrials } from './trials.js';
import { pairsOf, tune, type TuneOptions, type TuneResult } from './tune.js';

const settingsWith = (pairs: readonly string[]): ModelSettings => ({
  ...modelSettingsOf(loadSettings(overridesAsEnvironment(pairs))),
  bits: 10,
  holdSeconds: 0,
  metricsWindow: 100,
  statistics: { ...DEFAULT_STATISTICS, exposuresMax: 500, examinedItemsMax: 100 },
});

function taped(lists = 120, set: readonly string[] = []): Taped {
  const tape = new Tape(1_000_000);
  for (const record of syntheticFeedback({ seed: 3, lists })) tape.add(record);
  const own = (pairs: readonly string[]) => settingsWith([...set, ...pairs]);
  return { tape, present: own([]), settingsWith: own };
}

const OPTIONS: TuneOptions = {
  space: [
    { name: 'ftrl.alpha', low: 0.001, high: 1, scale: 'log' },
    { name: 'fm.alpha', low: 0.001, high: 0.5, scale: 'log' },
  ],
  objective: 'log-loss',
  budget: 4,
  particles: 2,
  seed: 1,
  last: 0.3,
  memoryBytes: 2 ** 30,
  signal: new AbortController().signal,
  progress: () => undefined,
};

function outcomeOf(records: Iterable<FeedbackRecord>): Outcome {
  for (const record of records) if (record.kind === 'outcome') return record;
  throw new Error('no outcome');
}

const TRIALS = { ...OPTIONS, progress: () => undefined };

describe('A tape', () => {
  it('gives a click to the list it belongs to, whoever else was shown the item in the same moment', () => {
    const tape = new Tape(1_000);
    const shown = (sequence: number, listKey: number, revises = false) => ({
      ...outcomeOf(syntheticFeedback({ seed: 1, lists: 1 })),
      cause: { sequence, index: 0 },
      listKey,
      itemKey: 7,
      timestamp: 1_000,
      ...(revises ? { label: 1 as const, revises } : { label: 0 as const, revises: false }),
    });
    for (const sequence of [1, 2]) {
      tape.add({
        kind: 'exposure',
        cause: { sequence, index: 0 },
        timestamp: 1_000,
        segment: 0,
        itemKeys: [7],
        positions: [1],
      });
      tape.add(shown(sequence, sequence));
    }
    tape.add(shown(9, 1, true));
    expect(tape.lists().map(({ outcomes }) => outcomes.map(({ label }) => label))).toEqual([[1], [0]]);
  });
});

describe('Tuning', () => {
  it('finds settings that are better on later lists when the present ones are bad', async () => {
    const bad = taped(120, ['ftrl.alpha=1', 'ftrl.l1=0', 'ftrl.l2=0', 'fm.alpha=0.5']);
    const result = await tune(bad, OPTIONS);
    const [present, swarm, random] = result.contenders;
    expect([swarm!.trials, random!.trials]).toEqual([4, 4]);
    expect(swarm!.late).toBeLessThan(present!.late);
  }, 60_000);

  it('gives the same result for the same seed', async () => {
    const again = async () => (await tune(taped(30), { ...OPTIONS, budget: 3 })).contenders;
    expect(await again()).toEqual(await again());
  }, 60_000);

  it('keeps the best so far when it is interrupted', async () => {
    const controller = new AbortController();
    let seen = 0;
    const result = await tune(taped(40), {
      ...OPTIONS,
      budget: 40,
      signal: controller.signal,
      progress: () => {
        if (++seen > 8) controller.abort();
      },
    });
    expect(result.interrupted).toBe(true);
    expect(result.contenders.length).toBeGreaterThan(1);
    expect(result.contenders[1]!.trials).toBeLessThan(40);
  }, 60_000);

  it('judges a list by what was known before it, whatever comes later', async () => {
    const { tape, present } = taped(40);
    const [whole] = (await runTrials(tape.steps, [present], TRIALS))!;
    const [early] = (await runTrials(firstShare(tape, 0.5), [present], TRIALS))!;
    expect(whole!.slice(0, early!.length)).toEqual(early);
    expect(early!.length).toBe(Math.floor(whole!.length / 2));
  }, 60_000);

  it('gives each of several models in a pass what it would get alone', async () => {
    const { tape } = taped(30);
    const settings = [['ftrl.alpha=0.05'], ['ftrl.alpha=0.5']].map(settingsWith);
    const together = await runTrials(tape.steps, settings, TRIALS);
    const alone = await runTrials(tape.steps, settings, { ...TRIALS, memoryBytes: 1 });
    expect(together).toEqual(alone);
    expect(together![0]).not.toEqual(together![1]);
  }, 60_000);

  it('recommends a gain that is hardly chance, and nothing when it may be', () => {
    const found = (low: number): TuneResult => {
      const gain = { difference: 0.01, standardError: 0.01, low, high: 0.02, pValue: 0.01, resamples: 100 };
      const swarm = {
        name: 'particle swarm',
        values: { 'ftrl.alpha': 0.0503 },
        early: 0.4,
        late: 0.4,
        trials: 9,
        gain,
      };
      const present = { name: 'present settings', values: {}, early: 0.41, late: 0.41, trials: 0 };
      return {
        contenders: [present, swarm],
        history: {},
        lists: { early: 70, late: 30 },
        interrupted: false,
      };
    };
    expect(environmentLines(found(0.001))).toEqual(['REKAPPA_FTRL_ALPHA=0.0503']);
    expect(renderTuning(found(0.001), 'log-loss')).toContain('To use it');
    expect(environmentLines(found(-0.001))).toEqual([]);
    expect(renderTuning(found(-0.001), 'log-loss')).toContain('keep the present settings');
  });

  it('prints values that can be typed as they are', () => {
    expect(pairsOf({ 'ftrl.alpha': 0.0503, 'fm.factors': 7 })).toEqual(['ftrl.alpha=0.0503', 'fm.factors=7']);
  }, 60_000);
});

describe('The objectives', () => {
  const random = new SeededRandom(9);
  const lists = Array.from({ length: 40 }, (_, l) => ({
    timestamp: l,
    outcomes: Array.from({ length: 5 }, (_unused, i) => ({
      label: random.next() < 0.3 ? 1 : 0,
      itemKey: i + 1,
    })),
  })) as unknown as TapedList[];
  const predictions = lists.map(() =>
    Float64Array.from({ length: 5 }, () => Math.round(random.next() * 8) / 10 + 0.05),
  );
  const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / values.length;

  it('share the AUC of all items out over lists, ties and all', () => {
    const labels = lists.flatMap(({ outcomes }) => outcomes.map(({ label }) => label));
    const scores = predictions.flatMap((own) => [...own]);
    expect(mean(lossesOf('auc', lists, predictions))).toBeCloseTo(1 - auc(scores, labels), 10);
  });

  it('leave lists without a click out of NDCG', () => {
    const clicked = lists.filter(({ outcomes }) => outcomes.some(({ label }) => label === 1));
    expect(lossesOf('ndcg', lists, predictions)).toHaveLength(clicked.length);
  });
});
