import { TopNReport } from './top-n-report.js';

it('a next item counts where it stands among the first n, and costs nothing but recall where it does not', () => {
  const report = new TopNReport([{ name: 'm' }, { name: 'popular', baseline: true }], {
    share: () => 0.25,
    cutoffs: [1, 2],
  });
  report.add('a', [
    ['b', 'a', 'c'],
    ['c', 'd', 'e'],
  ]);
  report.add('b', [['b', 'a', 'c'], []]);
  expect(report.ranks.mean(0, 'recall@1')).toBe(0.5);
  expect(report.ranks.mean(0, 'hit@2')).toBe(1);
  expect(report.ranks.mean(0, 'precision@2')).toBe(0.5);
  expect(report.ranks.mean(0, 'NDCG@2')).toBeCloseTo((1 / Math.log2(3) + 1) / 2);
  expect(report.ranks.mean(0, 'MRR')).toBe(0.75);
  expect(report.ranks.mean(1, 'recall@2')).toBe(0);
  expect(report.bestBaseline('recall@2')).toBe('popular');
  expect(report.compare('recall@2', 'm', 'popular', 1, 50).difference).toBe(1);
  expect(report.exposureRows(6)[0]).toMatchObject({ coverage: 0.5, novelty: 2 });
});
