import { evaluationContext } from '../../context.js';
import { evaluateTopN } from './top-n.js';

const ratings = Array.from({ length: 60 }, (_, i) => ({
  user: `user-${i % 6}`,
  item: `film-${Math.floor(i / 6)}`,
  at: 1e12 + i * 60_000,
}));
const evaluated = (every: number) =>
  evaluateTopN(
    evaluationContext(
      { json: false, set: ['model.bits=10'], last: 0.5, compare: [], every },
      new AbortController().signal,
    ),
    { ratings, refused: 0 },
    new Map(),
  );

it('The next film is foretold at every nth rating, and all ratings are learnt', async () => {
  const [all, fifth] = [await evaluated(1), await evaluated(5)];
  expect([all.input.lists, fifth.input.lists]).toEqual([60, 12]);
  const learnt = ({ tables }: typeof all) =>
    tables.find(({ title }) => title === 'time')!.rows.filter(([stage]) => stage === 'learning').length;
  expect([learnt(all), learnt(fifth)]).toEqual([1, 1]);
  expect([all.input.items, fifth.input.items]).toEqual([10, 10]);
  // All users rate the films in the same order: whoever has learnt them all knows the next one.
  for (const { headlines } of [all, fifth]) expect(headlines![0]!.value).toBeGreaterThan(0.5);
});
