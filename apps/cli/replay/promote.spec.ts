import { loadSettings } from '#config';
import { modelSettingsOf, OnlineModel } from '#learning';
import type { LearnerClient } from '#model-feed';
import type { SnapshotInput, SnapshotStore } from '#store';
import type { Hosts } from '../hosts-client.js';
import { promote } from './promote.js';

it('a shadow is stored, and pruned, under a name that no live model can have', async () => {
  const shadow = new OnlineModel(modelSettingsOf(loadSettings({ REKAPPA_MODEL_BITS: '10' })), {
    name: 'main',
  });
  const answer = { snapshotId: 'shadow-1', sequence: 0, version: 'main-2-0' };
  const names: string[] = [];
  const snapshots: Pick<SnapshotStore, 'write' | 'prune'> = {
    write: ({ model }: SnapshotInput) => (names.push(model), Promise.resolve('shadow-1')),
    prune: (model) => (names.push(model), Promise.resolve(0)),
  };
  const learner: Pick<LearnerClient, 'promote'> = { promote: () => Promise.resolve(answer) };
  const hosts: Pick<Hosts, 'status'> = { status: () => Promise.resolve([]) };
  await promote(shadow, snapshots as SnapshotStore, learner as LearnerClient, hosts as Hosts);
  expect(names).toEqual(['main.shadow', 'main.shadow']);
  expect(() => loadSettings({ REKAPPA_MODEL_NAME: names[0]! })).toThrow('REKAPPA_MODEL_NAME');
});
