/** Promises of the memory relief: users are packed before any is let go, and it waits for a checkpoint only as long as one can come. */
import { MemoryBudget, PartitionActors } from '#actor';
import { loadSettings } from '#config';
import { createUser, type UserState } from '#interest';
import { asUserId, ManualClock } from '#kernel';
import { createMetrics } from '#observability';
import type { HostContext } from '../host-context.js';
import { MemoryRelief } from './memory-relief.js';
import { userKind } from './user-kind.js';

/** What the relief reads of its context. */
function contextOf(budget: MemoryBudget, clock = new ManualClock()): HostContext {
  const [metrics, settings] = [createMetrics('actors'), loadSettings({})];
  return { budget, clock, metrics, settings } as unknown as HostContext;
}

function usersOf(budget: MemoryBudget): PartitionActors<UserState> {
  return new PartitionActors<UserState>(userKind, async () => new Map(), budget, { nothingStored: true });
}

/** So many users in use, of whom a thousand would fit. */
async function populated(
  count: number,
): Promise<{ budget: MemoryBudget; users: PartitionActors<UserState> }> {
  const roomy = new MemoryBudget(1e9);
  await usersOf(roomy).activate(['u'], 0);
  const budget = new MemoryBudget(roomy.used * 1_000);
  const users = usersOf(budget);
  await users.activate(
    Array.from({ length: count }, (_, i) => `user-${i}`),
    0,
  );
  return { budget, users };
}

const never = (): Promise<boolean> => Promise.reject(new Error('no checkpoint is needed'));

describe('MemoryRelief', () => {
  it('packs as many as it takes to stay within the budget, and lets nobody go', async () => {
    const { budget, users } = await populated(1_500);
    const clock = new ManualClock();
    clock.advance(1);
    const relief = new MemoryRelief(contextOf(budget, clock), never, () => false);
    await relief.relieve(users);
    expect(budget.used).toBeLessThanOrEqual(budget.max);
    expect(users.size).toBe(1_500);
  });

  it('has more to do until three quarters of the budget are free or nobody is unused', async () => {
    const { budget, users } = await populated(600);
    const clock = new ManualClock();
    const relief = new MemoryRelief(contextOf(budget, clock), never, () => false);
    expect([await relief.relieve(users), users.packedCount]).toEqual([false, 0]); // all in use
    clock.advance(10_000);
    let rounds = 0;
    while (await relief.relieve(users)) rounds++;
    expect(rounds).toBeGreaterThan(0);
    expect(budget.used).toBeLessThanOrEqual(budget.max / 4);
    expect(users.size).toBe(600);
  });

  it('lets the partition go on to its restore when Postgres has lost what would have to be saved', async () => {
    const budget = new MemoryBudget(1);
    const users = usersOf(budget);
    await users.activate([createUser(asUserId('u')).userId], 0);
    users.touched('u');
    let lost = false;
    const checkpoint = (): Promise<boolean> => {
      lost = true; // REK_CHECKPOINT_LOST: no later one of this state can be saved either
      return Promise.resolve(false);
    };
    await new MemoryRelief(contextOf(budget), checkpoint, () => lost).relieve(users);
    expect(users.dirtyCount).toBe(1);
  });
});
