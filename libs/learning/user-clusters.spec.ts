import { packTaste, TASTE_DIMENSIONS } from '#events';
import { SeededRandom } from '#kernel';
import { bytesOf, changesOf, follow, restored } from './table-fixture.js';
import { NO_CLUSTER, UserClusters } from './user-clusters.js';

/** Tastes around the corners of a few directions. */
function tasteNear(kind: number, random: SeededRandom): number {
  const values = Array.from(
    { length: TASTE_DIMENSIONS },
    (_, d) => (d % 4 === kind ? 3 : 0) + 0.6 * random.normal(),
  );
  return packTaste(values);
}

function learnt(records: number, seed = 1, clusters = new UserClusters(8)): UserClusters {
  const random = new SeededRandom(seed);
  for (let i = 0; i < records; i++) clusters.record(tasteNear(random.below(4), random));
  return clusters;
}

describe('Clusters of users', () => {
  it('gather users of like taste, and keep others apart', () => {
    const clusters = learnt(4_000);
    const random = new SeededRandom(2);
    const clusterOf = Array.from({ length: 4 }, (_, kind) => {
      const counts = new Map<number, number>();
      for (let i = 0; i < 200; i++) {
        const cluster = clusters.nearest(tasteNear(kind, random));
        counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
      }
      const [best, share] = [...counts].sort((a, b) => b[1] - a[1])[0]!;
      expect(share).toBeGreaterThan(150);
      return best;
    });
    expect(new Set(clusterOf).size).toBe(4);
  });

  it('do not place somebody whose taste is not known', () => {
    expect(learnt(100).nearest(0)).toBe(NO_CLUSTER);
    expect(new UserClusters(8).nearest(tasteNear(1, new SeededRandom(1)))).toBe(NO_CLUSTER);
    const none = new UserClusters(0);
    none.record(tasteNear(1, new SeededRandom(1)));
    expect(none.nearest(tasteNear(1, new SeededRandom(1)))).toBe(NO_CLUSTER);
  });

  it('give up a centroid that nobody is near any more, so that a new taste finds a place', () => {
    const clusters = learnt(4_000, 1, new UserClusters(2));
    const random = new SeededRandom(4);
    for (let i = 0; i < 40_000; i++) clusters.record(tasteNear(i % 50 === 0 ? 2 : 3, random));
    const places = [2, 3].map((kind) => clusters.nearest(tasteNear(kind, new SeededRandom(8))));
    expect(new Set(places).size).toBe(2);
  });

  it('go on bit for bit from their stored form, and a replica by deltas places alike', () => {
    const clusters = learnt(6_000);
    const copy = restored(clusters, new UserClusters(8));
    const replica = follow(new UserClusters(8), changesOf(clusters));
    learnt(3_000, 5, clusters);
    learnt(3_000, 5, copy);
    expect(bytesOf(copy)).toEqual(bytesOf(clusters));
    const changes = changesOf(clusters);
    follow(follow(replica, changes), changes);
    const random = new SeededRandom(6);
    for (let i = 0; i < 100; i++) {
      const taste = tasteNear(i % 4, random);
      expect(replica.nearest(taste)).toBe(clusters.nearest(taste));
    }
  });
});
