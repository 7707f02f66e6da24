import { asShown, byAttribute, clickCount, itemCtr, randomOrder } from './baselines.js';
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
  const list = { listId: 'l', itemIds: ['a', 'b', 'c'] };

  it('rank as their names say', () => {
    expect(asShown().score(list)).toEqual([-0, -1, -2]);
    expect(byAttribute('x', (id) => (id === 'b' ? 3 : undefined)).score(list)).toEqual([
      -Infinity,
      3,
      -Infinity,
    ]);
    expect(randomOrder(1).score(list)).toEqual(randomOrder(1).score(list));
    expect(randomOrder(1).score(list)).not.toEqual(randomOrder(2).score(list));
  });

  it('count clicks and smooth rates towards the overall rate', () => {
    const popular = clickCount();
    const ctr = itemCtr(10);
    ctr.shown!(list);
    for (const model of [popular, ctr]) model.clicked!('b');
    expect(popular.score(list)).toEqual([0, 1, 0]);
    // prior (1 + 1) / (10 + 3); b: (1 + 10 · prior) / (1 + 10)
    expect(ctr.score(list)[1]).toBeCloseTo((1 + 20 / 13) / 11, 12);
  });
});

describe('a list report', () => {
  const report = new ListReport([
    { name: 'good', probabilistic: true },
    { name: 'bad', probabilistic: false },
  ]);
  for (const id of ['1', '2', '3', '4'])
    report.add(
      id,
      ['x', 'y'],
      [
        [0.9, 0.1],
        [0, 1],
      ],
    );
  report.click('1', 'y');
  report.click('3', 'x');
  report.click('4', 'x');

  it('leaves out lists without a click and cuts the newest share of the others', () => {
    expect(report.clicked().map((l) => l.listId)).toEqual(['1', '3', '4']);
    expect(report.clicked(0.4).map((l) => l.listId)).toEqual(['3', '4']);
  });

  it('averages per list, and has log loss only for probabilities', () => {
    const [good, bad] = report.rows();
    expect(good!.mrr).toBeCloseTo((0.5 + 1 + 1) / 3);
    expect(good!.logLoss).toBeCloseTo(-(2 * Math.log(0.1) + 4 * Math.log(0.9)) / 6);
    expect(bad!.logLoss).toBeUndefined();
    expect(report.ndcgPerList('bad')[1]).toBeCloseTo(1 / Math.log2(3));
  });
});
