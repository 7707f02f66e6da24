/** A model restored from a snapshot takes the snapshot's last message for new. */
import { OnlineModel } from '#learning';

const restoring = OnlineModel.restoring.bind(OnlineModel);
OnlineModel.restoring = function* (header, chunks) {
  const model = yield* restoring(header, chunks);
  model.sequence = Math.max(0, model.sequence - 1);
  return model;
};
