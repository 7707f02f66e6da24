import { ManualClock, NeverBackClock, ToldClock, type Clock } from './clock.js';

const HOUR = 3_600_000;
const NOON = 1_700_000_000_000;

/** A wall clock that jumps, beside a monotonic one that does not. */
class JumpingClock implements Clock {
  readonly steady = new ManualClock(1_000);
  offset = NOON;
  now = (): number => this.steady.now() + this.offset;
  monotonic = (): number => this.steady.now();
}

describe('a clock that is told the time', () => {
  it.each([HOUR, -HOUR, -24 * HOUR])('goes on evenly when its own jumps by %d ms', (jump) => {
    const own = new JumpingClock();
    const clock = new ToldClock(own);
    clock.tell(NOON, own.monotonic());
    own.steady.advance(250);
    own.offset += jump;
    own.steady.advance(250);
    expect(clock.now()).toBe(NOON + 500);
    expect(clock.monotonic()).toBe(1_500);
  });

  it('is its own wall clock until then', () => {
    const own = new JumpingClock();
    expect(new ToldClock(own).now()).toBe(own.now());
  });
});

describe('a clock that never goes back', () => {
  it('counts on while its own has jumped back, and follows it forth', () => {
    const own = new JumpingClock();
    const clock = new NeverBackClock(own);
    own.offset -= 24 * HOUR;
    own.steady.advance(500);
    expect(clock.now()).toBe(NOON + 1_500);
    own.offset += 25 * HOUR;
    expect(clock.now()).toBe(NOON + HOUR + 1_500);
  });
});
