import { RestartPolicy } from './restart-policy.js';

describe('the restart policy', () => {
  it('waits longer after each death, up to a bound', () => {
    const policy = new RestartPolicy();
    expect([0, 1, 2, 3, 4, 5, 6].map((at) => policy.died(at))).toEqual([
      200, 400, 800, 1600, 3200, 4000, 4000,
    ]);
  });

  it('gives up at the tenth death within a minute', () => {
    const policy = new RestartPolicy();
    for (let death = 1; death <= 9; death++) expect(policy.died(death * 6_000)).toBeDefined();
    expect(policy.died(59_000)).toBeUndefined();
  });

  it('never gives up on a process that dies now and then, and forgets old deaths', () => {
    const policy = new RestartPolicy();
    for (let death = 1; death <= 100; death++) expect(policy.died(death * 61_000)).toBe(200);
  });
});
