import { SeededRandom } from '#kernel';
import { SlotPool } from './slot-pool.js';

function poolOf(slots: Iterable<number>): SlotPool {
  const pool = new SlotPool();
  for (const slot of slots) pool.add(slot);
  return pool;
}

describe('a pool of slots', () => {
  it('holds what was put in and not taken out, over any growth', () => {
    const pool = poolOf(Array.from({ length: 5_000 }, (_, i) => i));
    const kept = Array.from({ length: 5_000 }, (_, i) => i).filter((slot) => slot % 7 === 3);
    for (let slot = 0; slot < 5_000; slot++) if (slot % 7 !== 3) pool.remove(slot);
    pool.add(3);
    pool.remove(9_999_999);
    expect(pool.size).toBe(kept.length);
    const random = new SeededRandom(1);
    const drawn = new Set(Array.from({ length: 20_000 }, () => pool.draw(random.next())));
    expect([...drawn].sort((a, b) => a - b)).toEqual(kept);
  });

  it('draws the same, whichever useless ones were taken out before', () => {
    const useful = (slot: number): boolean => slot % 5 === 0;
    const draw = (pool: SlotPool, point: number): number => {
      for (;;) {
        const slot = pool.draw(point);
        if (useful(slot)) return slot;
        pool.remove(slot);
      }
    };
    const random = new SeededRandom(2);
    const all = Array.from({ length: 3_000 }, (_, i) => i);
    const untidy = poolOf(all);
    const tidied = poolOf(all);
    for (const slot of all) if (!useful(slot) && random.next() < 0.6) tidied.remove(slot);
    for (let i = 0; i < 2_000; i++) {
      const point = random.next();
      expect(draw(untidy, point)).toBe(draw(tidied, point));
    }
  });

  it('draws neighbours about equally often: a run of newcomers, and scattered ones', () => {
    const random = new SeededRandom(3);
    for (const step of [1, 13]) {
      const pool = poolOf(Array.from({ length: 100 }, (_, i) => 40_000 + i * step));
      const counts = new Map<number, number>();
      for (let i = 0; i < 20_000; i++) {
        const slot = pool.draw(random.next());
        counts.set(slot, (counts.get(slot) ?? 0) + 1);
      }
      expect(counts.size).toBe(100);
      expect(Math.max(...counts.values())).toBeLessThan(200 * 3);
      expect(Math.min(...counts.values())).toBeGreaterThan(200 / 5);
    }
  });
});
