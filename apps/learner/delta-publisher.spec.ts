import { AppError } from '#kernel';
import { modelSettingsOf, OnlineModel } from '#learning';
import { memoryTopology, type AppendOptions, type LogTopology } from '#log';
import { DeltaPublisher, isTransient } from './delta-publisher.js';
import { FEEDBACK, testSettings } from './learner-harness.js';

const SETTINGS = modelSettingsOf(testSettings());

let topology: LogTopology;
/** What happens to the next appends, in order; then they just work. */
let fates: ('stored, unheard' | 'lost')[];
let subject: string;

/** A log that has forgotten every message id by the time one comes again, as the server has after two minutes. */
beforeEach(() => {
  const memory = memoryTopology(1);
  const append = async (to: string, payload: Uint8Array, options: AppendOptions = {}): Promise<number> => {
    const fate = fates.shift();
    const forgotten = { ...options, messageId: undefined };
    const sequence = fate === 'lost' ? 0 : await memory.model.append(to, payload, forgotten);
    if (fate) throw new AppError('REK_LOG_UNAVAILABLE', fate);
    return sequence;
  };
  fates = [];
  subject = memory.subjects.delta('main');
  topology = {
    ...memory,
    model: Object.assign(Object.create(memory.model) as typeof memory.model, { append }),
  };
});

async function publisher(writerId: string): Promise<DeltaPublisher> {
  const created = new DeltaPublisher(topology, 'main', writerId, () => undefined);
  await created.open();
  return created;
}

/** A model that has learnt `messages` of FEEDBACK since its last delta. */
function learnt(messages: number, model = new OnlineModel(SETTINGS)): OnlineModel {
  for (let i = 0; i < messages; i++) model.fold(model.sequence + 1, FEEDBACK[model.sequence]!);
  return model;
}

const interrupted = async (publishing: Promise<void>): Promise<void> =>
  expect(isTransient(await publishing.catch((error: unknown) => error))).toBe(true);

describe('The publisher of deltas', () => {
  it('goes on from a delta that landed without its acknowledgement, storing it once', async () => {
    const deltas = await publisher('a');
    const model = learnt(3);
    fates = ['stored, unheard'];
    await interrupted(deltas.publish(model));
    await deltas.publish(learnt(3, model));
    expect(await topology.model.count(subject)).toBe(1);
    await deltas.publish(model);
    expect(await topology.model.count(subject)).toBe(2);
    expect(deltas.lastSequence).toBe(2);
  });

  it('continues a delta that landed and was then dropped for another model, whatever became of those between', async () => {
    const deltas = await publisher('a');
    fates = ['stored, unheard', 'lost'];
    await interrupted(deltas.publish(learnt(3)));
    deltas.discard();
    const promoted = learnt(6);
    await interrupted(deltas.publish(promoted));
    await deltas.publish(promoted);
    expect(await topology.model.count(subject)).toBe(2);
    expect(deltas.lastSequence).toBe(2);
  });

  it('is refused when somebody else has written, be it the very same bytes', async () => {
    const refused = { code: 'REK_STALE_EPOCH' };
    const [deltas, other] = [await publisher('a'), await publisher('b')];
    await other.publish(learnt(3));
    await expect(deltas.publish(learnt(3))).rejects.toMatchObject(refused);
    expect(await topology.model.count(subject)).toBe(1);

    fates = ['stored, unheard'];
    await interrupted(other.publish(learnt(4)));
    await topology.model.append(subject, Buffer.from('of a writer without a name'));
    await expect(other.publish(learnt(4))).rejects.toMatchObject(refused);
    expect(await topology.model.count(subject)).toBe(3);
  });
});
