/** Promise of the memory relief: it waits for a checkpoint only as long as one can come. */
import { MemoryBudget, PartitionActors } from '#actor';
import { loadSettings } from '#config';
import { createUser, type UserState } from '#interest';
import { asUserId, ManualClock } from '#kernel';
import { createMetrics } from '#observability';
import type { HostContext } from '../host-context.js';
import { MemoryRelief } from './memory-relief.js';
import { userKind } from './user-kind.js';

describe('MemoryRelief', () => {
  it('lets the partition go on to its restore when Postgres has lost what would have to be saved', async () => {
    const budget = new MemoryBudget(1);
    const users = new PartitionActors<UserState>(userKind, async () => new Map(), budget, {
      nothingStored: true,
    });
    await users.activate([createUser(asUserId('u')).userId], 0);
    users.touched('u');
    let lost = false;
    const checkpoint = (): Promise<boolean> => {
      lost = true; // REK_CHECKPOINT_LOST: no later one of this state can be saved either
      return Promise.resolve(false);
    };
    const context = {
      budget,
      clock: new ManualClock(),
      metrics: createMetrics('actors'),
      settings: loadSettings({}),
    } as unknown as HostContext; // what the relief reads of it
    await new MemoryRelief(context, checkpoint, () => lost).relieve(users);
    expect(users.dirtyCount).toBe(1);
  });
});
