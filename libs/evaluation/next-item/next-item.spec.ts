import { isgd } from './isgd.js';
import { MISSED, NextItemReport } from './next-item-report.js';
import { decayedPopularity, windowedPopularity } from './recent-popularity.js';

const HOUR = 3_600_000;
const NOBODY: ReadonlySet<number> = new Set();

describe.each([
  ['decayed', decayedPopularity(1)],
  ['windowed', windowedPopularity(3)],
])('%s popularity', (_, model) => {
  it('puts what is taken now before what was taken more often long ago', () => {
    for (let i = 0; i < 5; i++) model.learn({ user: i, item: 0, at: 0 });
    for (let i = 0; i < 2; i++) model.learn({ user: i, item: 1, at: 10 * HOUR });
    expect(model.rank({ user: 9, item: 1, at: 10 * HOUR }, NOBODY)).toBe(0);
    expect(model.rank({ user: 9, item: 0, at: 10 * HOUR }, NOBODY)).toBe(1);
  });

  it('does not count what the user has taken', () => {
    expect(model.rank({ user: 9, item: 0, at: 10 * HOUR }, new Set([1]))).toBe(0);
  });
});

it('decayed popularity stays finite over thousands of half-lives', () => {
  const model = decayedPopularity(1);
  for (let hour = 0; hour < 20_000; hour += 100) model.learn({ user: 0, item: hour % 200, at: hour * HOUR });
  expect(model.rank({ user: 1, item: 100, at: 20_000 * HOUR }, NOBODY)).toBe(0);
});

it('ISGD learns which items go together, and repeats itself', () => {
  const models = [1, 2].map(() => isgd({ factors: 8, rate: 0.1, regularisation: 0.01, seed: 7 }));
  for (const model of models)
    for (let round = 0; round < 40; round++)
      for (let user = 0; user < 20; user++)
        model.learn({ user, item: (user % 2) * 5 + ((round + user) % 5), at: round });
  const own = models.map((model) => model.rank({ user: 0, item: 2, at: 99 }, NOBODY));
  const others = models[0]!.rank({ user: 0, item: 7, at: 99 }, NOBODY);
  expect(own[0]).toBe(own[1]);
  expect(own[0]).toBeLessThan(5);
  expect(others).toBeGreaterThanOrEqual(5);
});

describe('a report of next items', () => {
  const report = new NextItemReport(['a', 'b']);
  report.add([0, 4], false);
  report.add([12, MISSED], true);
  report.add([MISSED, 9], true);
  report.add([1, 0], true);

  it('counts hits among the first k', () => {
    expect(report.recall(0, 10)).toBe(0.5);
    expect(report.recall(0, 20)).toBe(0.75);
    expect(report.mrr(0, 10)).toBeCloseTo((1 + 1 / 2) / 4);
  });

  it('cuts out users seen before and the newest share', () => {
    expect(report.recall(1, 10, { returning: true })).toBeCloseTo(2 / 3);
    expect(report.recall(1, 10, { last: 0.5 })).toBe(1);
    expect(report.curve(0, 10, 2)).toEqual([
      [2, 0.5],
      [4, 0.5],
    ]);
  });

  it('compares models event by event', () => {
    expect(report.compare(0, 1, 10).difference).toBeCloseTo(-0.25);
  });
});
