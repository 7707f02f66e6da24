import { RecentLatencies } from './recent-latencies.js';

describe('The latencies of the newest lists', () => {
  it('are the quantiles of what was measured', () => {
    const latencies = new RecentLatencies();
    for (let i = 100; i >= 1; i--) latencies.record(i, 1_000);
    expect(latencies.report(1_000)).toEqual({ lists: 100, p50Ms: 51, p99Ms: 100 });
  });

  it('are of the last minute: without a list there is nothing to tell', () => {
    const latencies = new RecentLatencies();
    expect(latencies.report(0)).toEqual({ lists: 0, p50Ms: null, p99Ms: null });
    latencies.record(5, 0);
    latencies.record(7, 30_000);
    expect(latencies.report(60_001)).toEqual({ lists: 1, p50Ms: 7, p99Ms: 7 });
    expect(latencies.report(90_001)).toEqual({ lists: 0, p50Ms: null, p99Ms: null });
  });

  it('are bounded: of more, the newest count', () => {
    const latencies = new RecentLatencies();
    for (let i = 0; i < 5_000; i++) latencies.record(i < 2_952 ? 1_000 : 1, 0);
    expect(latencies.report(0)).toEqual({ lists: 2_048, p50Ms: 1, p99Ms: 1 });
  });
});
