import { LabelList } from './label-list.js';

const listOf = (slots: readonly number[]): LabelList => {
  const list = new LabelList(3, 'tag', 'new');
  for (const slot of slots) list.members.add(slot);
  return list;
};

describe('the head of a list', () => {
  it('goes stale at the same moments, whenever it was refreshed', () => {
    const [early, late] = [listOf([1, 2]), listOf([1, 2])];
    early.refresh(100_000, () => 1);
    late.refresh(101_900, () => 1);
    for (let now = 102_000; now < 120_000; now += 300) expect(early.isStale(now)).toBe(late.isStale(now));
    expect(early.isStale(107_500)).toBe(true);
  });

  it('is stale while it is empty: the list may have filled since', () => {
    const list = listOf([]);
    list.refresh(100_000, () => 1);
    list.members.add(4);
    expect(list.isStale(100_001)).toBe(true);
    list.refresh(100_001, () => 1);
    expect([list.isStale(100_002), list.head(0)]).toEqual([false, 4]);
  });
});
