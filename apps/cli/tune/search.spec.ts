import { SeededRandom } from '#kernel';
import { UsageError } from '../terminal/exit.js';
import { CHI, particleSwarm } from './particle-swarm.js';
import { randomSearch, type Search } from './search.js';
import { coordinateOf, parseParameter, parseSpace, valueAt, type Parameter } from './search-space.js';

const BUDGET = 120;
/** A bowl off the centre, with ripples. */
const loss = (point: readonly number[]): number =>
  point.reduce((sum, x, d) => sum + (x - 0.2 - 0.1 * d) ** 2 + 0.01 * Math.cos(20 * x), 0);

function least(search: Search): number {
  let found = Infinity;
  for (let spent = 0; spent < BUDGET;) {
    const points = search.ask(BUDGET - spent);
    const losses = points.map(loss);
    search.tell(losses);
    found = Math.min(found, ...losses);
    spent += points.length;
  }
  return found;
}

describe('The particle swarm', () => {
  it('has the constriction of Clerc and Kennedy', () => {
    expect(CHI).toBeCloseTo(0.7298, 4);
  });

  it('finds lower places than as many random points, seed after seed', () => {
    let won = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const swarm = least(particleSwarm(4, new SeededRandom(seed), 8, undefined));
      if (swarm < least(randomSearch(4, new SeededRandom(seed), 8))) won++;
    }
    expect(won).toBeGreaterThanOrEqual(17);
  });

  it('starts where it is told, stays in the cube, spends no more than asked, and repeats itself', () => {
    const tried = (): number[][] => {
      const swarm = particleSwarm(3, new SeededRandom(5), 4, [0.9, 0.1, 0.5]);
      return Array.from({ length: 12 }, () => {
        const points = swarm.ask(3);
        swarm.tell(points.map(loss));
        return points.map((point) => [...point]);
      }).flat();
    };
    const points = tried();
    expect(points[0]).toEqual([0.9, 0.1, 0.5]);
    expect(points).toHaveLength(36);
    for (const point of points) for (const x of point) expect(x >= 0 && x <= 1).toBe(true);
    expect(tried()).toEqual(points);
  });

  it('is not led astray by a trial that gave no number', () => {
    const swarm = particleSwarm(2, new SeededRandom(1), 3, undefined);
    for (let round = 0; round < 10; round++) swarm.tell(swarm.ask(3).map((_, i) => (i === 0 ? NaN : i)));
    for (const point of swarm.ask(3)) for (const x of point) expect(Number.isFinite(x)).toBe(true);
  });
});

describe('A search space', () => {
  const alpha: Parameter = { name: 'ftrl.alpha', low: 0.01, high: 1, scale: 'log' };
  const factors: Parameter = { name: 'fm.factors', low: 2, high: 5, scale: 'int' };

  it('is even in the exponent on a log scale, and reaches every integer', () => {
    expect(valueAt(alpha, 0.5)).toBeCloseTo(0.1, 6);
    expect([0, 0.3, 0.6, 1].map((at) => valueAt(factors, at))).toEqual([2, 3, 4, 5]);
    for (const at of [0, 0.25, 0.5, 1]) expect(coordinateOf(alpha, valueAt(alpha, at))).toBeCloseTo(at, 4);
    for (const value of [2, 3, 4, 5]) expect(valueAt(factors, coordinateOf(factors, value))).toBe(value);
  });

  it('is read from an option or a file', () => {
    expect(parseParameter('ftrl.alpha=0.01:1:log')).toEqual(alpha);
    expect(parseSpace('{"ftrl.alpha": [0.01, 1, "log"], "fm.factors": [2, 5, "int"]}')).toEqual([
      alpha,
      factors,
    ]);
  });

  it.each(['ftrl.alpha', 'ftrl.alpha=1:0.1', 'ftrl.alpha=0:1:log', 'ftrl.alpha=a:b', 'fm.factors=1:2.5:int'])(
    'refuses %s, saying what to write',
    (text) => expect(() => parseParameter(text)).toThrow(UsageError),
  );

  it.each(['', '[]', '{}', '{"ftrl.alpha": [1]}', '{"ftrl.alpha": [0.1, 1, "cubic"]}'])(
    'refuses the file %s',
    (text) => expect(() => parseSpace(text)).toThrow(UsageError),
  );
});
