import fc from 'fast-check';
import { RowSums } from './row-sums.js';

function sumsOf(n: number): RowSums {
  const sums = new RowSums(n, 3);
  for (let member = 0; member < n; member++)
    sums.rowOf(member).set([Math.sqrt(member + 2), -1e6 / (member + 3), member]);
  return sums;
}

const membersOf = (bits: boolean[]): number[] => bits.flatMap((is, member) => (is ? [member] : []));

describe('the sum of the rows of a set', () => {
  const sets = fc
    .integer({ min: 1, max: 40 })
    .chain((n) =>
      fc.tuple(
        fc.constant(n),
        fc.array(fc.array(fc.boolean(), { minLength: n, maxLength: n }), { minLength: 1 }),
      ),
    );

  it('is the same to the last bit, whatever came and went before', () => {
    fc.assert(
      fc.property(sets, ([n, changes]) => {
        const long = sumsOf(n);
        for (const bits of changes) long.hold(membersOf(bits));
        const last = membersOf(changes.at(-1)!);
        if (last.length === 0) return;
        const fresh = sumsOf(n);
        fresh.hold(last);
        expect([...long.sum]).toEqual([...fresh.sum]);
        for (let column = 0; column < 3; column++)
          expect(long.sum[column]).toBeCloseTo(
            last.reduce((sum, member) => sum + long.valueOf(member, column), 0),
            6,
          );
      }),
    );
  });
});
