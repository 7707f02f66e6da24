import { RunningRates } from './running-rates.js';

it('Running rates start at the overall rate and are smoothed towards it', () => {
  const rates = new RunningRates(['overall', 'user']);
  expect(rates.names).toEqual(['overall rate', 'user rate']);
  expect(rates.read(['', 'ann'])).toEqual([0.5, 0.5]);
  rates.add(['', 'ann'], true);
  rates.add(['', 'bob'], true);
  // Overall: (1 + 2) of (2 + 2); a user with one click of one: (1 + 10 · ¾) / 11.
  const [overall, ann] = rates.read(['', 'ann']);
  expect(ann).toBeCloseTo((1 + 7.5) / 11, 12);
  expect(overall).toBeCloseTo((2 + 7.5) / 12, 12);
  expect(rates.read(['', 'eve'])[1]).toBe(0.75);
});
