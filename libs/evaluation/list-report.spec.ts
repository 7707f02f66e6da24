import { asShown, byAttribute, itemCtr, popularity, randomOrder, recentPopularity } from './baselines.js';
import { ListReport } from './list-report.js';
import { orderByScore } from './order.js';

describe('ties', () => {
  it('are broken alike whatever order the items were shown in', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const forwards = orderByScore('list', ids, [0, 0, 0, 0, 0]).map((i) => ids[i]);
    const reversed = [...ids].reverse();
    expect(orderByScore('list', reversed, [0, 0, 0, 0, 0]).map((i) => reversed[i])).toEqual(forwards);
    expect(forwards).not.toEqual(ids);
  });

  it('put a score that is not a number last', () => {
    expect(orderByScore('l', ['a', 'b', 'c'], [NaN, 0.1, 0.2])).toEqual([2, 1, 0]);
  });
});

describe('baselines', () => {
  const list = { listId: 'l', itemIds: ['a', 'b', 'c'], positions: [1, 2, 3], at: 20 };

  it('rank as their names say', () => {
    expect(asShown().score(list)).toEqual([-1, -2, -3]);
    expect(byAttribute('x', (id) => (id === 'b' ? 3 : undefined)).score(list)).toEqual([
      -Infinity,
      3,
      -Infinity,
    ]);
    expect(randomOrder(1).score(list)).toEqual(randomOrder(1).score(list));
    expect(randomOrder(1).score(list)).not.toEqual(randomOrder(2).score(list));
  });

  it('count clicks and smooth rates towards the overall rate', () => {
    const popular = popularity();
    const ctr = itemCtr(10);
    ctr.shown!(list);
    for (const model of [popular, ctr]) model.clicked!('b', 0);
    expect(popular.score(list)).toEqual([0, 1, 0]);
    // prior (1 + 1) / (10 + 3); b: (1 + 10 · prior) / (1 + 10)
    expect(ctr.score(list)[1]).toBeCloseTo((1 + 20 / 13) / 11, 12);
  });

  it('count what is recent, and of equals what was clicked more before', () => {
    const recent = recentPopularity(10);
    for (const [id, at] of [
      ['a', 1],
      ['a', 2],
      ['c', 3],
      ['b', 11],
      ['c', 12],
    ] as const)
      recent.clicked!(id, at);
    const [a, b, c] = recent.score(list);
    expect(a!).toBeLessThan(1);
    expect(b!).toBeGreaterThan(1);
    expect(c!).toBeGreaterThan(b!);
    expect(c!).toBeLessThan(2);
  });
});

describe('a list report', () => {
  const report = new ListReport(
    [
      { name: 'good', probabilistic: true },
      { name: 'bad', probabilistic: false, baseline: true },
    ],
    { share: () => 0.5 },
  );
  ['', 'y', '', 'x', 'x'].forEach((clicked, i) =>
    report.add({
      listId: `${i}`,
      userId: 'ada',
      at: i,
      itemIds: ['x', 'y'],
      clicked: new Set(clicked ? [clicked] : []),
      scores: [
        [0.9, 0.1],
        [0, 1],
      ],
    }),
  );

  it('ranks the lists with a click, and cuts their newest share', () => {
    expect(report.lists).toBe(5);
    expect(report.ranks.lists()).toBe(3);
    expect(report.ranks.lists(0.4)).toBe(2);
    expect(report.ranks.mean(0, 'MRR')).toBeCloseTo((0.5 + 1 + 1) / 3);
    expect(report.ranks.mean(0, 'MRR', 0.4)).toBe(1);
    expect([...report.ranks.samples(1, 'NDCG@10')][1]).toBeCloseTo(1 / Math.log2(3));
  });

  it('pools their pairs, and has log loss only for probabilities', () => {
    const [good, bad] = report.pooledRows();
    expect(good!.logLoss).toBeCloseTo(-(2 * Math.log(0.1) + 4 * Math.log(0.9)) / 6, 6);
    expect(good!.calibration).toBeCloseTo(1, 6);
    expect(bad!.logLoss).toBeUndefined();
    expect(report.pooledRows(0.4)[0]!.auc).toBe(1);
  });

  it('compares any two of its models by list', () => {
    expect(report.bestBaseline()).toBe('bad');
    const { difference, pValue } = report.compare('MRR', 'good', 'bad', 1, 200);
    expect(difference).toBeCloseTo((0.5 + 1 + 1) / 3 - (1 + 0.5 + 0.5) / 3);
    expect(pValue).toBeGreaterThan(0);
    expect(() => report.compare('MRR', 'good', 'none', 1, 200)).toThrow('no model "none"');
  });

  it('tells what the lists show', () => {
    expect(report.exposureRows(4)[0]).toMatchObject({ coverage: 0.5, gini: 0.5, novelty: 1 });
  });
});

describe('short lists', () => {
  const columns = [{ name: 'model', probabilistic: false }];
  const judged = (itemIds: string[], clicked: string[]) => ({
    listId: itemIds.join(),
    userId: 'ann',
    at: 0,
    itemIds,
    scores: [itemIds.map((_, i) => -i)],
    clicked: new Set(clicked),
  });
  const lists = [judged(['a', 'b'], ['b']), judged(['a', 'b'], ['a', 'b']), judged(['a', 'c'], [])];

  it('of which everything was clicked are ranked unless only contested ones shall be', () => {
    for (const [contested, mean] of [
      [false, (1 / 2 + 1) / 2],
      [true, 1 / 2],
    ] as const) {
      const report = new ListReport(columns, { share: () => 1, contested });
      for (const list of lists) report.add(list);
      expect([report.lists, report.ranks.lists()]).toEqual([3, contested ? 1 : 2]);
      expect(report.ranks.mean(0, 'MRR')).toBeCloseTo(mean, 12);
    }
  });

  it('show what a model puts first, when that is what counts', () => {
    const report = new ListReport(columns, { share: () => 1 / 8, exposed: 1 });
    for (const list of lists) report.add(list);
    const [row] = report.exposureRows(4);
    expect([row!.coverage, row!.novelty]).toEqual([1 / 4, 3]);
  });
});
