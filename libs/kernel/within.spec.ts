import { within } from './backoff.js';

const late = () => new Error('late');

describe('within', () => {
  it('gives what the work comes to, in time or not at all', async () => {
    expect(await within(Promise.resolve(7), 1_000, late)).toBe(7);
    await expect(within(Promise.reject(new Error('broken')), 1_000, late)).rejects.toThrow('broken');
    await expect(within(new Promise(() => undefined), 1, late)).rejects.toThrow('late');
  });
});
