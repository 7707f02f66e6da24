import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Impression } from '#events';
import { evaluationContext } from '../context.js';
import type { EvaluationReport, SharedOptions } from '../dataset.js';
import { dayAndTab, kuairand } from './kuairand.js';

const START = Date.parse('2022-04-25T10:00:00+08:00');
let dataFolder: string;

/** Three users a day see videos 0 to 2; of a user's three, one is clicked. */
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'rekappa-kuairand-'));
  const rows = Array.from({ length: 240 }, (_, i) => {
    const day = Math.floor(i / 12);
    const at = START + day * 86_400_000 + (i % 12) * 1_000;
    return `${(i >> 2) % 3},${i % 3},1000,${at},${i % 3 === 1 ? 1 : 0},${i % 6 === 1 ? 1 : 0},0,1`;
  });
  const files = {
    'log_standard_0425_0503.csv': `user_id,video_id,hourmin,time_ms,is_click,is_like,is_hate,tab\n${rows.join('\n')}\n`,
    'video_features_basic_pure.csv': `video_id,author_id,video_type,upload_dt,upload_type,video_duration,music_type,tag\n${[0, 1, 2].map((id) => `${id},7${id},NORMAL,2022-04-10,Web,8000.0,9.0,39`).join('\n')}\n`,
    'user_features_pure.csv': 'user_id,user_active_degree\n0,full_active\n',
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(dataFolder, name), text)));
});
afterAll(() => rm(dataFolder, { recursive: true }));

const evaluated = (options: Partial<SharedOptions> = {}): Promise<EvaluationReport> =>
  kuairand.run(
    evaluationContext(
      { json: false, set: ['model.bits=10'], last: 0.5, compare: [], dataFolder, ...options },
      new AbortController().signal,
    ),
  );

describe('The report of KuaiRand', () => {
  it('has every model and baseline in every table, of single rows and of lists', async () => {
    const { tables, input, curves, headlines } = await evaluated();
    const models = tables[0]!.rows.map(([name]) => name);
    expect(models).toEqual(expect.arrayContaining(['random', 'popularity', 'recent popularity', 'item CTR']));
    expect(models).toEqual(expect.arrayContaining(['ftrl', 'fm', 'olr', 'blend']));
    const shared = tables.filter(({ columns }) => columns[0] === 'model');
    expect(shared.map(({ title }) => title.replace(/[\d,]+.*$/, ''))).toEqual([
      'all samples: ',
      'the last ',
      'all lists with something clicked and something not: ',
      'the last ',
      'first of every list',
    ]);
    for (const { rows } of shared) expect(rows.map(([name]) => name)).toEqual(models);
    expect(input.lists).toBe(60);
    expect(tables.at(-1)!.rows.map(([what]) => what)).toEqual([
      'predict',
      'rank a list',
      'fold and learn an event',
    ]);
    expect(curves).toHaveLength(3);
    expect(headlines!.map(({ metric }) => metric)).toEqual(expect.arrayContaining(['AUC', 'NDCG@10']));
  });

  it('compares any two of them, by row and by list', async () => {
    const { comparisons } = await evaluated({ compare: [['blend', 'popularity']] });
    expect(new Set(comparisons.map(({ metric }) => metric))).toEqual(
      new Set(['AUC', 'AUC per user', 'NDCG@10']),
    );
    await expect(evaluated({ compare: [['blend', 'nothing']] })).rejects.toThrow(
      'there is no model "nothing"',
    );
  });
});

it('A list is of one user, one tab and one day of China', () => {
  const shown = (at: string, tab = '1', userId = '7'): Impression =>
    ({ userId, timestamp: Date.parse(at), context: { tab } }) as unknown as Impression; // what is read of it
  const first = dayAndTab(shown('2022-04-25T00:10:00+08:00'));
  expect(dayAndTab(shown('2022-04-25T23:50:00+08:00'))).toEqual(first);
  const others = [
    shown('2022-04-26T00:10:00+08:00'),
    shown('2022-04-25T00:10:00+08:00', '2'),
    shown('2022-04-25T00:10:00+08:00', '1', '8'),
  ].map((event) => dayAndTab(event).listId);
  expect(new Set([first.listId, ...others]).size).toBe(4);
});
