import { RecentCounts } from './recent-counts.js';
import { popularTop, randomTop, recentTop, type TopNBaseline } from './top-n-baselines.js';

const NONE = new Set<string>();
function fed<T extends TopNBaseline>(baseline: T): T {
  for (const id of ['a', 'b', 'c', 'd']) baseline.known(id);
  for (const [id, at] of [
    ['b', 1],
    ['b', 2],
    ['b', 3],
    ['c', 4],
    ['c', 12],
    ['a', 14],
  ] as const)
    baseline.taken(id, at);
  return baseline;
}

describe('top-N baselines', () => {
  it('name the most taken, or the most taken lately, and never what is excluded', () => {
    expect(fed(popularTop()).top(3, NONE, 15)).toEqual(['b', 'c', 'a']);
    expect(fed(popularTop()).top(2, new Set(['b']), 15)).toEqual(['c', 'a']);
    // within the last 10: c (4 has gone), a; c was taken more often before
    expect(fed(recentTop(10)).top(2, NONE, 15)).toEqual(['c', 'a']);
    expect(fed(recentTop(10)).top(4, NONE, 23.5)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('name random items, all different, repeatably', () => {
    const [one, again] = [fed(randomTop(1)).top(3, NONE, 0), fed(randomTop(1)).top(3, NONE, 0)];
    expect(new Set(one).size).toBe(3);
    expect(again).toEqual(one);
    expect(randomTop(1).top(3, NONE, 0)).toEqual([]);
    expect(fed(randomTop(1)).top(9, new Set(['a', 'b', 'c']), 0)).toEqual(['d']);
  });
});

describe('recent counts', () => {
  it('forget what is older than the window, and the oldest when there are too many', () => {
    const counts = new RecentCounts(10, 2);
    counts.add('x', 1);
    counts.add('y', 5);
    expect([counts.of('x'), counts.of('y')]).toEqual([1, 1]);
    counts.passTime(11);
    expect([...counts.items()]).toEqual(['y']);
    counts.add('z', 12);
    counts.add('z', 13);
    expect([counts.of('y'), counts.of('z')]).toEqual([0, 2]);
  });

  it('stay small however long they run', () => {
    const counts = new RecentCounts(10);
    for (let i = 0; i < 10_000; i++) counts.add(`item-${i % 3}`, i);
    expect(['item-0', 'item-1', 'item-2'].map((id) => counts.of(id)).sort()).toEqual([3, 3, 4]);
  });
});
