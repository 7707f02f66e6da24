import fc from 'fast-check';
import { LIST_METRICS, ListMetrics, type ListMetric } from './list-metrics.js';

/** Mean over all orders of the runs' items of what the definitions say of one order. */
function byHand(runs: readonly (readonly number[])[]): Record<ListMetric, number> {
  const orders = runs
    .map(permutations)
    .reduce<number[][]>((before, after) => before.flatMap((a) => after.map((b) => [...a, ...b])), [[]]);
  const mean = (of: (order: number[]) => number) =>
    orders.reduce((sum, order) => sum + of(order), 0) / orders.length;
  const clicks = runs.flat().reduce((sum, label) => sum + label, 0);
  const discount = (rank: number) => (rank < 10 ? 1 / Math.log2(rank + 2) : 0);
  const ideal = Array.from({ length: clicks }, (_, rank) => discount(rank)).reduce(
    (sum, each) => sum + each,
    0,
  );
  const places = Math.min(10, runs.flat().length);
  const hits = (order: number[]) => order.slice(0, 10).reduce((sum, label) => sum + label, 0);
  return {
    ndcg: mean((order) => order.reduce((sum, label, rank) => sum + label * discount(rank), 0)) / ideal,
    precision: mean(hits) / places,
    recall: mean(hits) / clicks,
    f1: (2 * mean(hits)) / (places + clicks),
    hit: mean((order) => Math.min(1, hits(order))),
    mrr: mean((order) => 1 / (order.indexOf(1) + 1)),
  };
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

const label = fc.constantFrom(0, 1);
const runs = fc.tuple(
  fc.integer({ min: 0, max: 9 }),
  fc.array(fc.array(label, { minLength: 1, maxLength: 4 }), { maxLength: 3 }),
);

describe('Metrics of a list', () => {
  it('are the means over all orders of equal predictions, also where they straddle the tenth place', () => {
    fc.assert(
      fc.property(runs, ([before, tail]) => {
        const list = [...Array.from({ length: before }, () => [0]), ...tail];
        if (!list.flat().includes(1)) return;
        const metrics = new ListMetrics();
        for (const run of list) metrics.run(run.length, run.filter((each) => each === 1).length);
        metrics.end();
        const expected = byHand(list);
        for (const name of LIST_METRICS) expect(metrics.means()[name]).toBeCloseTo(expected[name], 9);
      }),
      { numRuns: 200 },
    );
  });

  it('are null before there is a list, and means over lists after', () => {
    const metrics = new ListMetrics();
    expect(metrics.means()).toEqual(Object.fromEntries(LIST_METRICS.map((name) => [name, null])));
    for (const ranks of [1, 2]) {
      for (let rank = 1; rank <= 3; rank++) metrics.run(1, rank === ranks ? 1 : 0);
      metrics.end();
    }
    expect(metrics.means().mrr).toBe(0.75);
    expect(metrics.means().hit).toBe(1);
  });
});
