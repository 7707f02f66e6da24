import { Timing } from './timing.js';

it('durations become percentiles in microseconds', () => {
  const timing = new Timing('rank');
  for (let ms = 1; ms <= 100; ms++) timing.record(ms);
  const { p50Us, p90Us, p99Us, meanUs, count } = timing.row();
  expect(count).toBe(100);
  expect(meanUs).toBeCloseTo(50_500, 0);
  for (const [measured, exact] of [
    [p50Us, 50_000],
    [p90Us, 90_000],
    [p99Us, 99_000],
  ] as const)
    expect(Math.abs(measured - exact) / exact).toBeLessThan(0.002);
  expect(timing.measure(() => 'done')).toBe('done');
  expect(timing.row().count).toBe(101);
});
