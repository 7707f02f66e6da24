import fc from 'fast-check';
import { halved } from './halved.js';

describe('halved', () => {
  it('is 2^−n, and exactly so for whole n', () => {
    for (let n = 0; n < 1_080; n++) expect(halved(n)).toBe(2 ** -n);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1_000, noNaN: true }), (n) => {
        expect(Math.abs(halved(n) / 2 ** -n - 1)).toBeLessThan(2e-15);
      }),
    );
  });

  it('never says more of more half-lives', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1_100, noNaN: true }),
        fc.double({ min: 1e-9, max: 10, noNaN: true }),
        (n, more) => expect(halved(n + more)).toBeLessThanOrEqual(halved(n)),
      ),
    );
  });

  it('takes what is not above 0, too', () => {
    expect(halved(-3)).toBe(8);
    expect(halved(Infinity)).toBe(0);
    expect(halved(NaN)).toBeNaN();
  });
});
