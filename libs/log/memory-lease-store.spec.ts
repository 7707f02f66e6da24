import { ManualClock } from '#kernel';
import { describeLeaseStore } from './lease-store.contract.js';
import { MemoryLeaseStore } from './lease-store.js';

describeLeaseStore('memory', async () => {
  const clock = new ManualClock();
  const store = new MemoryLeaseStore(1_000, clock);
  return { store, other: store, pass: async (ms) => clock.advance(ms) };
});
