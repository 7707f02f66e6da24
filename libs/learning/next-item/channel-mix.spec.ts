import { ChannelMix } from './channel-mix.js';

describe('The mix', () => {
  it('asks for fewer and fewer engagements, whether their items are found or not', () => {
    const mix = new ChannelMix();
    const asked: number[] = [];
    for (let engagement = 0, before = 0; engagement < 400_000; engagement++) {
      mix.asks(engagement % 977, 1_700_000_000_000 + engagement * 1_000);
      if ((engagement + 1) % 100_000 !== 0) continue;
      asked.push(mix.asked - before);
      before = mix.asked;
    }
    expect(mix.examples).toBe(0);
    expect(asked[0]).toBeGreaterThan(32_000);
    expect(asked[3]).toBeLessThan(100_000 / 4);
    for (let i = 1; i < asked.length; i++) expect(asked[i]).toBeLessThan(asked[i - 1]!);
  });
});
