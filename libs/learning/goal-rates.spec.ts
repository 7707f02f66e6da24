import { GoalRates } from './goal-rates.js';

describe('Rates of goals', () => {
  it('stay what they are however often they are counted: a float of 32 bits could not count on', () => {
    const rates = new GoalRates(10);
    for (let click = 0; click < 2 ** 23 + 8; click++) rates.record(7, 0, click % 4 === 0 ? 1 : 0);
    expect(rates.targets(7, 0)).toBeLessThan(2 ** 23);
    expect(rates.rate(7, 0)).toBeCloseTo(0.25, 4);
    expect(rates.overall(0)).toBeCloseTo(0.25, 4);
  });
});
