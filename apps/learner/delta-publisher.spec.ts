import { AppError, until } from '#kernel';
import { decodeDeltaHeader, modelSettingsOf, OnlineModel, type DeltaHeader } from '#learning';
import { memoryTopology, type AppendOptions, type LogTopology } from '#log';
import { DeltaPublisher, isTransient } from './delta-publisher.js';
import { FEEDBACK, testSettings } from './learner-harness.js';

const SETTINGS = modelSettingsOf(testSettings());

let topology: LogTopology;
/** What happens to the next appends, in order; then they just work. */
let fates: ('stored, unheard' | 'lost' | 'held')[];
/** Lets the append that is held go on. */
let release: (() => void) | undefined;
let subject: string;

/** A log that has forgotten every message id by the time one comes again, as the server has after two minutes. */
beforeEach(() => {
  const memory = memoryTopology(1);
  const append = async (to: string, payload: Uint8Array, options: AppendOptions = {}): Promise<number> => {
    const fate = fates.shift();
    if (fate === 'held') await new Promise<void>((resolve) => (release = resolve));
    const forgotten = { ...options, messageId: undefined };
    const sequence = fate === 'lost' ? 0 : await memory.model.append(to, payload, forgotten);
    if (fate && fate !== 'held') throw new AppError('REK_LOG_UNAVAILABLE', fate);
    return sequence;
  };
  fates = [];
  release = undefined;
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

const live = (model: OnlineModel) => (): OnlineModel => model;

const interrupted = async (publishing: Promise<void>): Promise<void> =>
  expect(isTransient(await publishing.catch((error: unknown) => error))).toBe(true);

/** So many deltas, one after the other. */
class Changes extends OnlineModel {
  constructor(public left: number) {
    super(SETTINGS);
  }

  override drainDelta(): Uint8Array | undefined {
    return this.left > 0 ? Buffer.from(`change ${this.left--}`) : undefined;
  }
}

async function payloads(): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const messages of topology.model.read({ from: 1, until: await topology.model.head() }))
    found.push(...messages.map(({ payload }) => payload));
  return found;
}

const textOf = (payload: Uint8Array): string => Buffer.from(payload).toString();
const stored = async (): Promise<DeltaHeader[]> => (await payloads()).map(decodeDeltaHeader);

describe('The publisher of deltas', () => {
  it('goes on from a delta that landed without its acknowledgement, storing it once', async () => {
    const deltas = await publisher('a');
    const model = learnt(3);
    fates = ['stored, unheard'];
    await interrupted(deltas.publish(live(model)));
    await deltas.publish(live(learnt(3, model)));
    expect((await stored()).map(({ to }) => to)).toEqual([3, 6]);
    await deltas.publish(live(model));
    expect(await topology.model.count(subject)).toBe(2);
    expect(deltas.lastSequence).toBe(2);
  });

  it('drains one delta after the other, and what was drained and not heard of is not lost', async () => {
    const deltas = await publisher('a');
    const model = new Changes(3);
    fates = ['held', 'lost', 'stored, unheard'];
    const publishing = deltas.publish(live(model));
    await until('the first is being appended', () => release !== undefined);
    expect(model.left).toBe(2);
    release!();
    await interrupted(publishing);
    expect([model.left, await topology.model.count(subject)]).toEqual([1, 1]);
    await interrupted(deltas.publish(live(model)));
    await deltas.publish(live(model));
    expect((await payloads()).map(textOf)).toEqual(['change 3', 'change 2', 'change 1']);
  });

  it('drains nothing more of a model when another has taken over', async () => {
    const deltas = await publisher('a');
    const [old, promoted] = [new Changes(3), new Changes(1)];
    let model = old;
    fates = ['held'];
    const publishing = deltas.publish(() => model);
    await until('the first is being appended', () => release !== undefined);
    model = promoted;
    deltas.discard();
    release!();
    await publishing;
    expect([old.left, promoted.left]).toEqual([2, 0]);
    expect((await payloads()).map(textOf)).toEqual(['change 3', 'change 1']);
  });

  it('continues a delta that landed and was then dropped for another model, whatever became of those between', async () => {
    const deltas = await publisher('a');
    fates = ['stored, unheard', 'lost'];
    await interrupted(deltas.publish(live(learnt(3))));
    deltas.discard();
    const promoted = learnt(6);
    await interrupted(deltas.publish(live(promoted)));
    await deltas.publish(live(promoted));
    expect(await topology.model.count(subject)).toBe(2);
    expect(deltas.lastSequence).toBe(2);
  });

  it('is refused when somebody else has written, be it the very same bytes', async () => {
    const refused = { code: 'REK_STALE_EPOCH' };
    const [deltas, other] = [await publisher('a'), await publisher('b')];
    await other.publish(live(learnt(3)));
    await expect(deltas.publish(live(learnt(3)))).rejects.toMatchObject(refused);
    expect(await topology.model.count(subject)).toBe(1);

    fates = ['stored, unheard'];
    await interrupted(other.publish(live(learnt(4))));
    await topology.model.append(subject, Buffer.from('of a writer without a name'));
    await expect(other.publish(live(learnt(4)))).rejects.toMatchObject(refused);
    expect(await topology.model.count(subject)).toBe(3);
  });
});
