import { SeededRandom } from '#kernel';
import { GROUPS_MAX, GroupTrends, ITEMS_EACH } from './group-trends.js';
import { bytesOf, changesOf, follow, restored } from './table-fixture.js';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const HOUR_SECONDS = 3_600;

function engaged(records: number, seed = 1, groups = new GroupTrends(), at = NOW): GroupTrends {
  const random = new SeededRandom(seed);
  for (let i = 0; i < records; i++)
    groups.record(1 + random.below(5), 1 + random.below(400), 1, at + i * 1_000, HOUR_SECONDS);
  return groups;
}

describe('Trends of groups', () => {
  it('tell what each group engages with now, apart from the others', () => {
    const groups = new GroupTrends();
    for (let i = 0; i < 30; i++) groups.record(1, 100, 1, NOW - 600 * MINUTE, HOUR_SECONDS);
    for (let i = 0; i < 10; i++) groups.record(1, 101, 1, NOW, HOUR_SECONDS);
    groups.record(2, 102, 1, NOW, HOUR_SECONDS);
    groups.record(2, 103, -1, NOW, HOUR_SECONDS);
    expect(groups.trending(1, 5, NOW, HOUR_SECONDS).keys).toEqual([101, 100]);
    expect(groups.trending(1, 5, NOW, 604_800).keys).toEqual([100, 101]);
    expect(groups.trending(2, 5, NOW, HOUR_SECONDS)).toEqual({ keys: [102], scores: [1] });
    expect(groups.trending(3, 5, NOW, HOUR_SECONDS).keys).toEqual([]);
  });

  it('are none when nothing is left of them', () => {
    const groups = new GroupTrends();
    groups.record(1, 100, 1, NOW, HOUR_SECONDS);
    expect(groups.trending(1, 5, NOW + 3_000 * MINUTE, 60)).toEqual({ keys: [], scores: [] });
  });

  it('keep the favourites of a group among any number of items', () => {
    const groups = new GroupTrends();
    const random = new SeededRandom(2);
    for (let i = 0; i < 20_000; i++) {
      const item = random.next() < 0.2 ? 1 + random.below(5) : 1_000 + random.below(100_000);
      groups.record(7, item, 1, NOW + i * 100, HOUR_SECONDS);
    }
    expect(groups.trending(7, 5, NOW + 2_000_000, HOUR_SECONDS).keys.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(groups.trending(7, 10_000, NOW + 2_000_000, HOUR_SECONDS).keys).toHaveLength(ITEMS_EACH);
  });

  it('forget the group unused for longest when there are too many, and nothing of it is left to the next', () => {
    const groups = new GroupTrends();
    for (let group = 1; group <= GROUPS_MAX + 1; group++) groups.record(group, group, 1, NOW, HOUR_SECONDS);
    const known = Array.from({ length: GROUPS_MAX + 1 }, (_, i) =>
      groups.trending(i + 1, 5, NOW, HOUR_SECONDS),
    );
    expect(known.filter(({ keys }) => keys.length === 0)).toHaveLength(1);
    expect(known.at(-1)!.keys).toEqual([GROUPS_MAX + 1]);
  });

  it('are forgotten by a replica, too, when a group loses its place and gets it back between two deltas', () => {
    const groups = new GroupTrends();
    for (let item = 1; item <= 100; item++) groups.record(1, item, 1, NOW, HOUR_SECONDS);
    const replica = follow(new GroupTrends(), changesOf(groups));
    for (let group = 2; group <= 2 * GROUPS_MAX; group++) groups.record(group, 7, 1, NOW, HOUR_SECONDS);
    groups.record(1, 5, 1, NOW, HOUR_SECONDS);
    follow(replica, changesOf(groups));
    expect(groups.trending(1, 300, NOW, HOUR_SECONDS).keys).toEqual([5]);
    expect(replica.trending(1, 300, NOW, HOUR_SECONDS).keys).toEqual([5]);
  });

  it('go on bit for bit from their stored form, and a replica by deltas ranks alike', () => {
    const groups = engaged(3_000);
    const copy = restored(groups, new GroupTrends());
    const replica = follow(new GroupTrends(), changesOf(groups));
    const later = NOW + 60 * MINUTE;
    for (const table of [groups, copy]) {
      engaged(1_000, 3, table, later);
      for (let group = 10; group < 10 + GROUPS_MAX; group++) table.record(group, 9, 1, later, HOUR_SECONDS);
    }
    expect(bytesOf(copy)).toEqual(bytesOf(groups));
    const changes = changesOf(groups);
    follow(follow(replica, changes), changes);
    for (let group = 1; group < 10 + GROUPS_MAX; group++)
      expect(replica.trending(group, 300, later, HOUR_SECONDS)).toEqual(
        groups.trending(group, 300, later, HOUR_SECONDS),
      );
  });
});
