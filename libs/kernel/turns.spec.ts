import { TURN_MS, Turns } from './turns.js';

function work(ms: number): void {
  const ends = performance.now() + ms;
  while (performance.now() < ends);
}

/** Folds in steps so small that none takes a turn by itself, until told to stop. */
async function fold(turns: Turns, going: () => boolean): Promise<number> {
  let steps = 0;
  for (; going(); steps++) {
    const wait = turns.giveWay();
    if (wait) await wait;
    else await Promise.resolve();
    work(TURN_MS / 8);
  }
  return steps;
}

describe('Turns', () => {
  it('let timers come through, however many fold in however small steps', async () => {
    const turns = new Turns();
    let going = true;
    let longest = 0;
    let before = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
    }, 1);
    setTimeout(() => (going = false), 400);
    const steps = await Promise.all(Array.from({ length: 5 }, () => fold(turns, () => going)));
    clearInterval(timer);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThan(200); // five turns are 40 ms; a machine may be busy
    expect(Math.min(...steps)).toBeGreaterThan(0);
  });

  it('keep nobody waiting who folds a little now and then', async () => {
    const turns = new Turns();
    for (let n = 0; n < 20; n++) {
      expect(turns.giveWay()).toBeUndefined();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });

  it('make whoever used the round up wait for the next', async () => {
    const turns = new Turns();
    expect(turns.giveWay()).toBeUndefined();
    work(TURN_MS + 1);
    const order: string[] = [];
    const waits = ['a', 'b'].map((name) => turns.giveWay()!.then(() => order.push(name)));
    setImmediate(() => order.push('other work'));
    await Promise.all(waits);
    expect(order[0]).toBe('a');
    expect(order.indexOf('other work')).toBeLessThan(order.indexOf('b'));
  });
});
