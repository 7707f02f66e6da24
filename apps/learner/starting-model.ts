/**
 * With which model a learner starts:
 *
 * | newest snapshot | configuration | start |
 * |---|---|---|
 * | none | – | empty, from the beginning of FEEDBACK |
 * | made under today's configuration (promoted or not) | unchanged | the snapshot, and the tail of FEEDBACK |
 * | made under another configuration | changed since | empty with today's settings, from the beginning of FEEDBACK |
 *
 * A promoted model keeps its own settings until the operator changes the configuration.
 */
import { inTurns, Turns } from '#kernel';
import {
  modelSettingsOf,
  OnlineModel,
  settingsHash,
  type ModelConfiguration,
  type SnapshotHeader,
} from '#learning';
import type { StoredSnapshot } from '#model-feed';

export interface StartingModel {
  readonly model: OnlineModel;
  /** The snapshot it was restored from. */
  readonly restored?: { readonly id: string; readonly header: SnapshotHeader };
  /** True when replicas of the newest snapshot cannot follow this model: announce it as soon as it has caught up. */
  readonly replacesStored: boolean;
  /** For the log. */
  readonly why: string;
}

/** @throws AppError REK_SNAPSHOT_INVALID when the snapshot is not what its header says */
export async function startingModel(
  name: string,
  configuration: ModelConfiguration,
  snapshot: StoredSnapshot | undefined,
): Promise<StartingModel> {
  const settings = modelSettingsOf(configuration);
  const configuredHash = settingsHash(settings);
  if (!snapshot)
    return {
      model: new OnlineModel(settings, { name, configuredHash }),
      replacesStored: false,
      why: 'no snapshot: learning from the beginning of FEEDBACK',
    };
  const { header } = snapshot;
  if (header.identity.configuredHash !== configuredHash) {
    const model = new OnlineModel(settings, {
      name,
      configuredHash,
      generation: header.identity.generation + 1,
    });
    return {
      model,
      replacesStored: true,
      why: `the configuration changed since ${header.version}: relearning from the beginning of FEEDBACK as ${model.version}`,
    };
  }
  const model = await inTurns(OnlineModel.restoring(header, snapshot.chunks), new Turns());
  return {
    model,
    restored: { id: snapshot.id, header },
    replacesStored: false,
    why: `restored ${header.version} at ${header.sequence}`,
  };
}
