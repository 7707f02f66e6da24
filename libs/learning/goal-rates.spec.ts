import { GoalRates } from './goal-rates.js';
import { bytesOf, changesOf, follow, restored } from './table-fixture.js';

describe('Rates of goals', () => {
  it('stay what they are however often they are counted: a float of 32 bits could not count on', () => {
    const rates = new GoalRates(10);
    for (let click = 0; click < 2 ** 23 + 8; click++) rates.record(7, 0, click % 4 === 0 ? 1 : 0);
    expect(rates.targets(7, 0)).toBeLessThan(2 ** 23);
    expect(rates.rate(7, 0)).toBeCloseTo(0.25, 4);
    expect(rates.overall(0)).toBeCloseTo(0.25, 4);
  });

  it('keep the overall one when keys make room for others', () => {
    const rates = new GoalRates(3);
    for (let key = 1; key <= 3; key++) for (let click = 0; click < 100; click++) rates.record(key, 0, 0);
    expect(rates.overall(0)).toBeCloseTo(1 / 310, 6);
    rates.record(4, 0, 0);
    expect(rates.overall(0)).toBeCloseTo(1 / 311, 6);
    expect(rates.targets(1, 0)).toBe(0);
    const copy = restored(rates, new GoalRates(3));
    const replica = follow(new GoalRates(3), changesOf(rates));
    for (const each of [copy, replica]) expect(each.overall(0)).toBe(rates.overall(0));
    expect(bytesOf(copy)).toEqual(bytesOf(rates));
  });

  it('count short stays beside millions of long ones', () => {
    const rates = new GoalRates(10);
    for (let click = 0; click < 3_000_000; click++) rates.record(7, 2, 0.5);
    for (let click = 0; click < 3_000_000; click++) rates.record(7, 2, 0.05);
    expect(rates.overall(2)).toBeCloseTo(0.275, 5);
    expect(rates.rate(7, 2)).toBeCloseTo(0.05, 3);
  });
});
