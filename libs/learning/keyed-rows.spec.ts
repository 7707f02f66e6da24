import fc from 'fast-check';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { KeyedRows } from './keyed-rows.js';

const keys = fc.integer({ min: 1, max: 60 }).map((n) => n * 0x1_0000_0001 + 7);

describe('Rows by key', () => {
  it('give each key one row, found again until it makes room', () => {
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 400 }), fc.integer({ min: 1, max: 40 }), (claims, rowsMax) => {
        const rows = new KeyedRows(rowsMax);
        const owner = new Map<number, number>();
        for (const key of claims) {
          const row = rows.claim(key);
          for (const [other, at] of owner) if (at === row && other !== key) owner.delete(other);
          owner.set(key, row);
          expect(rows.size).toBeLessThanOrEqual(rowsMax);
          for (const [known, at] of owner) expect(rows.find(known)).toBe(at);
        }
        for (let n = 1; n <= 60; n++) {
          const key = n * 0x1_0000_0001 + 7;
          if (!owner.has(key)) expect(rows.find(key)).toBe(-1);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('stand in order of first appearance while there is room', () => {
    const rows = new KeyedRows(5_000);
    for (let i = 1; i <= 3_000; i++) expect(rows.claim(i * 1_000_003)).toBe(i - 1);
    expect(rows.claim(1_000_003)).toBe(0);
  });

  it('decide the same after a round trip', () => {
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 200 }), fc.array(keys, { maxLength: 200 }), (before, after) => {
        const straight = new KeyedRows(16);
        for (const key of before) straight.claim(key);
        const writer = new ByteWriter();
        straight.encode(writer);
        const resumed = new KeyedRows(16);
        resumed.decode(new ByteReader(writer.bytes()));
        for (const key of after) expect(resumed.claim(key)).toBe(straight.claim(key));
      }),
      { numRuns: 40 },
    );
  });

  it('follow another table that places its keys anew, in any order of rows', () => {
    fc.assert(
      fc.property(
        fc.array(keys, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 20 }),
        (claims, every) => {
          const model = new KeyedRows(12);
          const replica = new KeyedRows(12);
          const touched = new Set<number>();
          claims.forEach((key, i) => {
            touched.add(model.claim(key));
            if (i % every !== 0) return;
            for (const row of [...touched].sort((a, b) => a - b)) replica.place(row, model.keys[row]!);
            touched.clear();
          });
          for (const row of [...touched].sort((a, b) => a - b)) replica.place(row, model.keys[row]!);
          for (let n = 1; n <= 60; n++)
            expect(replica.find(n * 0x1_0000_0001 + 7)).toBe(model.find(n * 0x1_0000_0001 + 7));
        },
      ),
      { numRuns: 60 },
    );
  });
});
