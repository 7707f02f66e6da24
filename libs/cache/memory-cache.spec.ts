import { cacheContract } from './cache.contract.js';
import { MemoryCache } from './memory-cache.js';

cacheContract('MemoryCache', async () => new MemoryCache({ bytesMax: 1_000_000 }));

it('MemoryCache stays within its bytes and drops the least recently used', async () => {
  const cache = new MemoryCache({ bytesMax: 100_000 });
  await cache.set('kept', new Uint8Array(1_000), 60);
  for (let i = 0; i < 1_000; i++) {
    await cache.set(`filler ${i}`, new Uint8Array(1_000), 60);
    await cache.get('kept');
    expect(cache.bytes).toBeLessThanOrEqual(100_000);
  }
  expect(await cache.get('kept')).toBeDefined();
  expect(await cache.get('filler 0')).toBeUndefined();
});
