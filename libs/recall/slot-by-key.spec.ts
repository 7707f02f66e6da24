import fc from 'fast-check';
import { key53 } from '#kernel';
import { SlotByKey } from './slot-by-key.js';

describe('SlotByKey', () => {
  it('answers as a Map does, whatever is set and deleted, also when it grows', () => {
    const change = fc.record({ id: fc.nat(2_000), slot: fc.option(fc.nat(100_000), { freq: 3 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1_000, maxLength: 4_000 }), (changes) => {
        const table = new SlotByKey();
        const expected = new Map<number, number>();
        for (const { id, slot } of changes) {
          const key = key53(`item ${id}`);
          if (slot === null) {
            table.delete(key);
            expected.delete(key);
          } else {
            table.set(key, slot);
            expected.set(key, slot);
          }
        }
        for (let id = 0; id <= 2_000; id++) {
          const key = key53(`item ${id}`);
          expect(table.get(key)).toBe(expected.get(key) ?? -1);
        }
      }),
      { numRuns: 20 },
    );
  });
});
