import { isgd } from './isgd.js';
import { decayedPopularity, randomItems, windowedPopularity } from './recent-popularity.js';

const HOUR = 3_600_000;
const NOBODY: ReadonlySet<number> = new Set();

describe.each([
  ['decayed', decayedPopularity(1)],
  ['windowed', windowedPopularity(3)],
])('%s popularity', (_, model) => {
  it('puts what is taken now before what was taken more often long ago', () => {
    for (let i = 0; i < 5; i++) model.learn({ user: i, item: 0, at: 0 });
    for (let i = 0; i < 2; i++) model.learn({ user: i, item: 1, at: 10 * HOUR });
    expect(model.top(2, { user: 9, at: 10 * HOUR }, NOBODY)).toEqual([1, 0]);
    expect(model.top(1, { user: 9, at: 10 * HOUR }, NOBODY)).toEqual([1]);
  });

  it('does not name what the user has taken', () => {
    expect(model.top(2, { user: 9, at: 10 * HOUR }, new Set([1]))).toEqual([0]);
  });
});

it('popularity of all time forgets nothing; random names any items, all different, repeatably', () => {
  const [popular, ...random] = [decayedPopularity(Infinity), randomItems(1), randomItems(1)];
  for (const item of [0, 1, 1, 2, 3])
    for (const model of [popular!, ...random]) model.learn({ user: item, item, at: item * HOUR });
  expect([popular!.name, popular!.top(2, { user: 9, at: 9e9 }, NOBODY)]).toEqual(['popularity', [1, 0]]);
  const [one, again] = random.map((model) => model.top(3, { user: 9, at: 0 }, NOBODY));
  expect(again).toEqual(one);
  expect(new Set(one).size).toBe(3);
  expect(random[0]!.top(3, { user: 9, at: 0 }, new Set([0, 1, 2]))).toEqual([3]);
});

it('decayed popularity stays finite over thousands of half-lives', () => {
  const model = decayedPopularity(1);
  for (let hour = 0; hour < 20_000; hour += 100) model.learn({ user: 0, item: hour % 200, at: hour * HOUR });
  expect(model.top(1, { user: 1, at: 20_000 * HOUR }, NOBODY)).toEqual([100]);
});

it('ISGD learns which items go together, and repeats itself', () => {
  const models = [1, 2].map(() => isgd({ factors: 8, rate: 0.1, regularisation: 0.01, seed: 7 }));
  for (const model of models)
    for (let round = 0; round < 40; round++)
      for (let user = 0; user < 20; user++)
        model.learn({ user, item: (user % 2) * 5 + ((round + user) % 5), at: round });
  const [own, again] = models.map((model) => model.top(5, { user: 0, at: 99 }, NOBODY));
  expect(own).toEqual(again);
  expect([...own!].sort()).toEqual([0, 1, 2, 3, 4]);
});
