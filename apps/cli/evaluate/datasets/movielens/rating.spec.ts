import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../../terminal/exit.js';
import { evaluationContext } from '../../context.js';
import type { EvaluationReport, SharedOptions } from '../../dataset.js';
import { evaluateRatings } from './rating.js';

let dataFolder: string;
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'rekappa-rating-'));
  const lines = Array.from({ length: 60 }, (_, i) => `${i % 6}::${i % 10}::${1 + (i % 5)}::${1e9 + i}`);
  await writeFile(join(dataFolder, 'ratings.dat'), lines.join('\n'));
});
afterAll(() => rm(dataFolder, { recursive: true }));

function report(compare: SharedOptions['compare']): Promise<EvaluationReport> {
  const options = { json: false, set: ['model.bits=10'], last: 0.5, compare, dataFolder };
  return evaluateRatings(evaluationContext(options, new AbortController().signal));
}

const pairsIn = ({ comparisons }: EvaluationReport): string[] =>
  comparisons.map(({ a, b, of }) => `${a}/${b}: ${of}`);

describe('models of ratings', () => {
  it('are compared as asked, or ours with the best rival', async () => {
    expect(pairsIn(await report([]))).toEqual([
      'River BiasedMF/rekappa median: all ratings',
      'River BiasedMF/rekappa median: the last 50 % of them',
    ]);
    expect(pairsIn(await report([['running mean', 'rekappa mean']]))).toEqual([
      'running mean/rekappa mean: all ratings',
      'running mean/rekappa mean: the last 50 % of them',
    ]);
  });

  it('are timed: each prediction, and all that its rating changes', async () => {
    const { columns, rows } = (await report([])).tables.find(({ title }) => title.startsWith('time'))!;
    expect(rows.map(([what, times]) => [what, times])).toEqual([
      ['predict', 60],
      ['fold and learn an event', 60],
    ]);
    const mean = columns.indexOf('mean');
    for (const row of rows) expect(Number(row[mean])).toBeGreaterThan(0);
  });

  it('that are not there are a wrong call, which says which are', async () => {
    const wrong = report([['running mean', 'nothing']]);
    await expect(wrong).rejects.toThrow(UsageError);
    await expect(wrong).rejects.toThrow('there is no model "nothing" to compare; there are running mean, ');
  });
});
