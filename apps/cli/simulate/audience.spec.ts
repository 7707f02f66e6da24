import { SeededRandom } from '#kernel';
import { Audience, examination } from './audience.js';
import { demoCatalogue } from './catalogue.js';

const items = demoCatalogue();
const audience = (seed = 1): Audience => new Audience(200, items, new SeededRandom(seed));

describe('a simulated audience', () => {
  it('does the same for the same seed', () => {
    const play = (seed: number) => {
      const crowd = audience(seed);
      return Array.from({ length: 50 }, () => crowd.clicks(crowd.next(), items.slice(0, 20)));
    };
    expect(play(3)).toEqual(play(3));
    expect(play(3)).not.toEqual(play(4));
  });

  it('clicks much more on what it likes than on random lists', () => {
    const crowd = audience();
    const best = (user: string) =>
      [...items].sort((a, b) => crowd.appeal(user, b) - crowd.appeal(user, a)).slice(0, 10);
    let clicks = 0;
    for (let i = 1; i <= 200; i++) clicks += crowd.clicks(`visitor-${i}`, best(`visitor-${i}`)).length;
    expect(clicks / 2_000).toBeGreaterThan(3 * crowd.randomClickRate(items, 10));
    expect(crowd.randomClickRate(items, 10)).toBeGreaterThan(0.02);
  });

  it('looks less at lower slots', () => {
    expect([1, 4, 9].map(examination)).toEqual([1, 0.5, 1 / 3]);
  });

  it('drifts: tastes of a busy visitor change', () => {
    const crowd = audience();
    const before = items.map((item) => crowd.appeal('visitor-1', item));
    for (let i = 0; i < 2_000; i++) crowd.clicks('visitor-1', items.slice(0, 1));
    expect(items.map((item) => crowd.appeal('visitor-1', item))).not.toEqual(before);
  });
});
