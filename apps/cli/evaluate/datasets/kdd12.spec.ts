import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KDD12_COLUMNS } from '../../sources/kdd12.js';
import { evaluationContext } from '../context.js';
import type { EvaluationReport, ReportTable, SharedOptions } from '../dataset.js';
import { kdd12 } from './kdd12.js';

let dataFolder: string;

/** Pages of three ads, of which the first slot alone is clicked; nine ads, each in every slot; 20 users. */
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'rekappa-kdd12-'));
  const rows = Array.from({ length: 300 }, (_, i) => {
    const [position, ad] = [1 + (i % 3), (Math.floor(i / 3) + i) % 9];
    return [position === 1 ? 1 : 0, 1, ad, ad, ad % 2, 3, position, 1, 1, 1, 1, i % 20].join(',');
  });
  await writeFile(
    join(dataFolder, 'click_prediction_small.csv'),
    [KDD12_COLUMNS.join(','), ...rows].join('\n'),
  );
});
afterAll(() => rm(dataFolder, { recursive: true }));

const evaluated = (options: Partial<SharedOptions> = {}): Promise<EvaluationReport> =>
  kdd12.run(
    evaluationContext(
      {
        json: false,
        set: ['model.bits=10'],
        last: 0.5,
        compare: [],
        dataFolder,
        item: 'page',
        trial: 'row',
        resamples: 2,
        ...options,
      },
      new AbortController().signal,
    ),
  );
const column = ({ columns, rows }: ReportTable, name: string): Map<unknown, unknown> =>
  new Map(rows.map((row) => [row[0], row[columns.indexOf(name)]]));

describe('The report of search ads', () => {
  it('has the learners beside the baselines, with calibration error, AUC per user and durations', async () => {
    const { tables, input, curves } = await evaluated();
    const all = tables.find(({ title }) => title.startsWith('all samples: 300, rate 0.3333'))!;
    expect(all.rows.map(([name]) => name)).toEqual([
      'random',
      'popularity',
      'recent popularity',
      'item CTR',
      'overall rate',
      'slot rate',
      'user rate',
      'advertiser rate',
      'ftrl',
      'fm',
      'olr',
      'blend',
    ]);
    const [aucs, perUser, errors] = ['AUC', 'AUC per user', 'ECE'].map((name) => column(all, name));
    // Which slot it is says all; what the ad is, nothing.
    expect(Number(aucs!.get('slot rate'))).toBeGreaterThan(0.95);
    expect(Number(aucs!.get('item CTR'))).toBeLessThan(0.7);
    expect(Number(aucs!.get('blend'))).toBeGreaterThan(0.8);
    expect(Number(perUser!.get('blend'))).toBeGreaterThan(0.5);
    for (const model of ['item CTR', 'ftrl', 'fm', 'olr', 'blend'])
      expect(Number(errors!.get(model))).toBeLessThan(0.5);
    expect(tables.at(-1)!.rows.map(([what, times]) => [what, times])).toEqual([
      ['predict', 300],
      ['fold and learn an event', 300 + 300 + 100],
    ]);
    expect(input.users).toBe(20 - 1 + 15); // user 0 is a visitor of their own each time
    expect(curves).toHaveLength(3);
  });

  it('has each learner with each way to take the slot into account', async () => {
    const { tables } = await evaluated();
    const ways = tables.find(({ title }) => title.startsWith('each way'))!;
    expect(ways.rows.map(([method, model]) => `${method}: ${model}`)).toHaveLength(4 * 4);
    expect(ways.rows.flat().every((cell) => cell !== undefined)).toBe(true);
  });

  it('compares any two models, of all rows and of the newest, and knows a wrong one before the run', async () => {
    const { comparisons } = await evaluated({ compare: [['ftrl', 'item CTR']] });
    expect(new Set(comparisons.map(({ a, b }) => `${a}/${b}`))).toEqual(new Set(['ftrl/item CTR']));
    expect(new Set(comparisons.map(({ of }) => of))).toEqual(new Set(['all', 'last 50 %']));
    await expect(evaluated({ compare: [['ftrl', 'none']] })).rejects.toThrow('there is no model "none"');
  });
});
