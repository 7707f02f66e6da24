import { SeededRandom } from '#kernel';
import { ByteSlabs } from './byte-slabs.js';

const MEGABYTE = 2 ** 20;

function bytesOf(length: number, fill: number): Uint8Array {
  return new Uint8Array(length).fill(fill);
}

/** Places whose string is another one now; expect's own comparison looks at every byte by itself. */
function damaged(slabs: ByteSlabs, kept: ReadonlyMap<number, Uint8Array>): number[] {
  return [...kept]
    .filter(([place, bytes]) => Buffer.compare(slabs.get(place), bytes) !== 0)
    .map(([place]) => place);
}

describe('byte slabs', () => {
  it('keep what was added until it is deleted, whatever comes and goes beside it (property)', () => {
    const random = new SeededRandom(11);
    const slabs = new ByteSlabs();
    const kept = new Map<number, Uint8Array>();
    let added = 0;
    for (let n = 0; n < 20_000; n++) {
      if (kept.size > 0 && random.next() < (n < 10_000 ? 0.4 : 0.6)) {
        const place = [...kept.keys()][random.below(Math.min(50, kept.size))]!;
        slabs.delete(place);
        kept.delete(place);
      } else {
        const bytes = bytesOf(random.below(random.next() < 0.01 ? 100_000 : 3_000), n % 251);
        const place = slabs.add(bytes);
        expect(kept.has(place)).toBe(false);
        kept.set(place, bytes);
        added++;
      }
      if (n % 500 === 0) expect(damaged(slabs, kept)).toEqual([]);
    }
    expect(added).toBeGreaterThan(9_000);
    expect(damaged(slabs, kept)).toEqual([]);
  });

  it('hold a third more than what lives in them, and a few slabs', () => {
    const random = new SeededRandom(5);
    const slabs = new ByteSlabs();
    const places = Array.from({ length: 8_000 }, () => slabs.add(bytesOf(4_000, 1)));
    for (let n = 0; n < 60_000; n++) {
      const i = random.below(places.length);
      slabs.delete(places[i]!);
      places[i] = slabs.add(bytesOf(2_000 + random.below(4_000), 2));
      if (n % 1_000 !== 0) continue;
      const living = places.reduce((sum, place) => sum + slabs.get(place).length + 8, 0);
      expect(slabs.bytes).toBeLessThan((living * 4) / 3 + 4 * MEGABYTE);
    }
    for (const place of places) slabs.delete(place);
    expect(slabs.bytes).toBeLessThanOrEqual(2 * MEGABYTE);
  });

  it('take a string longer than a slab, and an empty one', () => {
    const slabs = new ByteSlabs();
    const empty = slabs.add(new Uint8Array(0));
    const long = slabs.add(bytesOf(3 * MEGABYTE, 7));
    const after = slabs.add(bytesOf(10, 8));
    expect([slabs.get(empty).length, slabs.get(long).length, slabs.get(after)[9]]).toEqual([
      0,
      3 * MEGABYTE,
      8,
    ]);
    slabs.delete(long);
    expect([...slabs.get(after)]).toEqual([...bytesOf(10, 8)]);
    expect(slabs.bytes).toBeLessThanOrEqual(3 * MEGABYTE);
  });
});
