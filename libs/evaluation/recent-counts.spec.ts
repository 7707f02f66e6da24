import { RecentCounts } from './recent-counts.js';

describe('recent counts', () => {
  it('forget what is older than the window, and the oldest when there are too many', () => {
    const counts = new RecentCounts(10, 2);
    counts.add('x', 1);
    counts.add('y', 5);
    expect([counts.of('x'), counts.of('y')]).toEqual([1, 1]);
    counts.passTime(11);
    expect([counts.of('x'), counts.of('y')]).toEqual([0, 1]);
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
