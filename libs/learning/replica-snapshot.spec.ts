import { loadSettings } from '#config';
import type { Steps } from '#kernel';
import { SlotRows } from './kernels/slot-rows.js';
import { ModelReplica } from './model-replica.js';
import { modelSettingsOf } from './model-settings.js';
import { OnlineModel } from './online-model.js';
import { copyPoints } from './slot-points.js';
import { messagesOf, syntheticFeedback } from './synthetic-feedback.js';
import { hashing, hashState } from './model-state.js';
import { TABLES } from './tables.js';
import { ByteWriter } from './byte-writer.js';

const settings = modelSettingsOf(loadSettings({}, { model: { bits: 14 } }));
const model = new OnlineModel(settings);
messagesOf(syntheticFeedback({ seed: 9, lists: 900 }), 20).forEach((message, i) =>
  model.fold(i + 1, message),
);
const { header, chunks } = model.encodeSnapshot();

describe('A replica of a snapshot', () => {
  it('has of every slot what a host is told of it, bit for bit', () => {
    expect(model.updatedSlots().length).toBeGreaterThan(1_024); // they pass in two rounds
    const told = SlotRows.toPredict(2 ** 14, settings.fm.factors);
    const all = Uint32Array.from({ length: 2 ** 14 }, (_, slot) => slot);
    copyPoints(model.scorer.weights.ftrl, told, all);
    const { rows } = ModelReplica.fromSnapshot(header, chunks).scorer.weights.ftrl;
    const words = (of: SlotRows): Buffer => Buffer.from(of.words.slice(of.row(0), of.row(2 ** 14)).buffer);
    expect(words(rows).equals(words(told))).toBe(true);
  });

  it('has its tables, blend and counts', () => {
    const { scorer, ...replica } = ModelReplica.fromSnapshot(header, chunks);
    const bytes = (tables: typeof scorer.tables): Buffer => {
      const writer = new ByteWriter();
      for (const name of TABLES) tables[name].encode(writer);
      return writer.bytes();
    };
    expect(bytes(scorer.tables).equals(bytes(model.scorer.tables))).toBe(true);
    expect([...scorer.blend.coefficients]).toEqual([...model.scorer.blend.coefficients]);
    expect(scorer.weights.fm.w0[0]).toBe(model.scorer.weights.fm.w0[0]);
    expect(replica).toMatchObject({
      version: model.version,
      sequence: model.sequence,
      samples: model.samples,
    });
  });

  it('is made in many small steps, and so are a learner and a hash', () => {
    const stepsOf = (steps: Steps<unknown>): number => {
      let count = 0;
      while (!steps.next().done) count++;
      return count;
    };
    const passes = Math.ceil(model.updatedSlots().length / 1_024);
    expect(stepsOf(ModelReplica.restoring(header, chunks))).toBeGreaterThan(chunks.length + passes);
    expect(stepsOf(OnlineModel.restoring(header, chunks))).toBeGreaterThan(chunks.length);
    expect(stepsOf(hashing(model))).toBeGreaterThan(TABLES.length);
  });

  it('leaves the snapshot as it is: a learner goes on from it', () => {
    ModelReplica.fromSnapshot(header, chunks);
    expect(hashState(OnlineModel.decodeSnapshot(header, chunks))).toEqual(model.hash());
  });
});
