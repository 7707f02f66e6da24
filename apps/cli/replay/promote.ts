/** Makes a rebuilt model live: stored beside the live model's snapshots, swapped in by the learner, followed by the hosts. */
import { AppError, until as waitUntil } from '#kernel';
import type { OnlineModel } from '#learning';
import { shadowName, type LearnerClient, type PromoteAnswer } from '#model-feed';
import type { SnapshotStore } from '#store';
import type { Hosts } from '../hosts-client.js';

/** Hosts load a snapshot and follow its deltas. */
const HOSTS_WAIT_MS = 60_000;
const HOSTS_POLL_MS = 500;
/** Shadows kept under the shadow's name, so that repeated promotions do not pile up. */
const SHADOWS_KEPT = 2;

export async function promote(
  shadow: OnlineModel,
  snapshots: SnapshotStore,
  learner: LearnerClient,
  hosts: Hosts,
): Promise<PromoteAnswer> {
  const name = shadowName(shadow.identity.name);
  const { header, chunks } = shadow.encodeSnapshot(0);
  const snapshotId = await snapshots.write({
    model: name,
    version: shadow.version,
    sequence: shadow.sequence,
    header,
    chunks,
  });
  const promoted = await learner.promote(snapshotId);
  await snapshots.prune(name, SHADOWS_KEPT);
  await allServe(hosts, promoted.version);
  return promoted;
}

async function allServe(hosts: Hosts, version: string): Promise<void> {
  const serving = async (): Promise<boolean> =>
    (await hosts.status()).every((host) => host.modelVersion === version);
  try {
    await waitUntil(`every host serves ${version}`, serving, HOSTS_WAIT_MS, HOSTS_POLL_MS);
  } catch (error) {
    throw new AppError(
      'REK_TIMEOUT',
      `the learner has promoted ${version}, but not every host serves it after ${HOSTS_WAIT_MS / 1000} s: see \`rekappa status\``,
      undefined,
      { cause: error },
    );
  }
}
