/** What every Cache promises; run against each adapter. */
import { until } from '#kernel';
import { VALUE_BYTES_MAX, type Cache } from './cache.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const textOf = (value: Uint8Array | undefined): string | undefined =>
  value ? Buffer.from(value).toString() : undefined;

export function cacheContract(name: string, open: () => Promise<Cache>): void {
  describe(`${name} as a Cache`, () => {
    let cache: Cache;
    beforeAll(async () => {
      cache = await open();
    });
    afterAll(() => cache.close());

    it('gives back what was stored last, byte for byte', async () => {
      await cache.set('a', bytes('first'), 60);
      await cache.set('a', Uint8Array.of(0, 255, 10, 13), 60);
      expect([...(await cache.get('a'))!]).toEqual([0, 255, 10, 13]);
    });

    it('knows nothing of other keys', async () => {
      expect(await cache.get('never stored')).toBeUndefined();
    });

    it('takes any key', async () => {
      await cache.set('last:Zoë 🦉\n:*', bytes('x'), 60);
      expect(textOf(await cache.get('last:Zoë 🦉\n:*'))).toBe('x');
    });

    it('forgets what is deleted', async () => {
      await cache.set('gone', bytes('x'), 60);
      await cache.delete('gone');
      await cache.delete('gone');
      expect(await cache.get('gone')).toBeUndefined();
    });

    it('forgets all that begins with a prefix, and nothing else', async () => {
      for (const key of ['last:ann:a', 'last:ann:b', 'last:anna:a', 'more-last:ann:a'])
        await cache.set(key, bytes('x'), 60);
      expect(await cache.deletePrefix('last:ann:')).toBe(true);
      const left = await Promise.all(
        ['last:ann:a', 'last:ann:b', 'last:anna:a', 'more-last:ann:a'].map((key) => cache.get(key)),
      );
      expect(left.map((value) => value !== undefined)).toEqual([false, false, true, true]);
    });

    it('forgets after the time to live', async () => {
      await cache.set('brief', bytes('x'), 0.05);
      await until('the value expires', async () => (await cache.get('brief')) === undefined, 2_000);
    });

    it('does not store what is too large, and keeps what was there', async () => {
      await cache.set('large', bytes('small'), 60);
      await cache.set('large', new Uint8Array(VALUE_BYTES_MAX + 1), 60);
      expect(textOf(await cache.get('large'))).toBe('small');
    });
  });
}
