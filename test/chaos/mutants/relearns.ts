/** A model restored from a snapshot takes the snapshot's last message for new. */
import { OnlineModel } from '#learning';

const decodeSnapshot = OnlineModel.decodeSnapshot.bind(OnlineModel);
OnlineModel.decodeSnapshot = (header, chunks) => {
  const model = decodeSnapshot(header, chunks);
  model.sequence = Math.max(0, model.sequence - 1);
  return model;
};
