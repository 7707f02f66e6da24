/** Promises of requests to a partition: answers say how much of the log they contain. */
import { loadSettings } from '#config';
import { createUser } from '#interest';
import { createMetrics } from '#observability';
import type { HostContext } from '../host-context.js';
import type { PartitionState } from './partition-state.js';
import { PartitionRequests } from './partition-requests.js';

describe('PartitionRequests', () => {
  it('does not say that `after` is in an answer when the partition has gone back behind it', async () => {
    let position = 5;
    const state = (): PartitionState =>
      ({
        position,
        users: {
          activate: async () => void (position = 3), // restored from a checkpoint meanwhile
          peek: createUser,
          known: () => true,
        },
      }) as unknown as PartitionState; // what a read needs of it
    const context = {
      settings: loadSettings({}),
      metrics: createMetrics('actors'),
      clock: { now: () => 0, monotonic: () => 0 },
    } as unknown as HostContext;
    const requests = new PartitionRequests(context, state, (_, read) => read());
    expect(await requests.read('u', 5, () => 'read')).toEqual({
      result: 'read',
      reached: false,
      position: 3,
    });
    expect(await requests.read('u', 3, () => 'read')).toEqual({ result: 'read', reached: true, position: 3 });
  });
});
