import { QUIET_MS, streamNow } from './stream-time.js';

const NOON = Date.UTC(2026, 0, 1, 12);
const IN_2021 = Date.UTC(2021, 10, 15);

describe('the time of a stream', () => {
  it('keeps up with the wall clock at live input', () => {
    expect(streamNow(NOON - 40, NOON, NOON + 1_000)).toBe(NOON + 960);
  });

  it('stays with the events of a history that is being imported', () => {
    expect(streamNow(IN_2021, NOON, NOON + 500)).toBe(IN_2021 + 500);
  });

  it('never runs ahead of the wall clock, whatever an event claims', () => {
    expect(streamNow(NOON + 60_000, NOON, NOON + 10)).toBe(NOON + 10);
  });

  it('is the wall clock again once an import has ended', () => {
    expect(streamNow(IN_2021, NOON, NOON + QUIET_MS)).toBe(NOON + QUIET_MS);
  });
});
