/** Promises of the emitter: in order, once, and never for a partition that another host owns. */
import { decodeFeedbackBatch, type Engagement } from '#events';
import { AppError } from '#kernel';
import { memoryTopology, type AppendOptions, type EventLog, type LogTopology } from '#log';
import { FeedbackEmitter } from './feedback-emitter.js';
import { fenceFeedback } from './feedback-fence.js';

const record = (sequence: number, index = 0): Engagement => ({
  kind: 'engagement',
  cause: { sequence, index },
  timestamp: sequence,
  userKey: 1,
  itemKey: index,
  segment: 0,
  taste: 0,
  audiences: [],
  repeated: false,
  typeHash: 0,
  weight: 1,
  recentKeys: [],
  recentAgesSeconds: [],
});

async function emitter(topology: LogTopology, epoch: number, holds = () => true) {
  const failures: unknown[] = [];
  const effects: string[] = [];
  const made = new FeedbackEmitter(3, epoch, await fenceFeedback(topology, 3, epoch), {
    topology,
    holds,
    appendEffect: async (event) => void effects.push(event.eventId),
    counted: () => undefined,
    failed: (error) => failures.push(error),
    retrying: () => undefined,
  });
  const fold = (sequence: number, records: number) => {
    made.begin(sequence);
    for (let i = 0; i < records; i++) made.emit(record(sequence, i));
    made.commit({ sequence, index: 0 });
  };
  return { made, fold, failures, effects };
}

async function stored(topology: LogTopology): Promise<number[]> {
  const sequences: number[] = [];
  const until = await topology.feedback.head();
  for await (const batch of topology.feedback.read({ from: 1, until })) {
    for (const message of batch)
      sequences.push(...decodeFeedbackBatch(message.payload).records.map((r) => r.cause.sequence));
  }
  return sequences;
}

/** A topology whose FEEDBACK appends can go wrong. */
function faulty(
  topology: LogTopology,
  fault: (attempt: number) => 'fine' | 'lost' | 'unacknowledged',
): LogTopology {
  let attempt = 0;
  const { feedback } = topology;
  const wrapped: EventLog = Object.assign(Object.create(feedback) as EventLog, {
    append: async (subject: string, payload: Uint8Array, options?: AppendOptions) => {
      const fate = fault(attempt++);
      if (fate === 'lost') throw new AppError('REK_LOG_UNAVAILABLE', 'lost');
      const sequence = await feedback.append(subject, payload, options);
      if (fate === 'unacknowledged') throw new AppError('REK_LOG_UNAVAILABLE', 'stored, but who knows');
      return sequence;
    },
  });
  return { ...topology, feedback: wrapped };
}

describe('FeedbackEmitter', () => {
  it('stores what was committed, in order, and says when it is durable', async () => {
    const topology = memoryTopology(16);
    const { made, fold } = await emitter(topology, 1);
    for (let sequence = 1; sequence <= 500; sequence++) fold(sequence, sequence % 3);
    await made.durable(500);
    expect(await stored(topology)).toEqual(
      Array.from({ length: 500 }, (_, i) => i + 1).flatMap((s) => Array.from({ length: s % 3 }, () => s)),
    );
  });

  it('leaves out what an aborted fold emitted', async () => {
    const topology = memoryTopology(16);
    const { made, fold } = await emitter(topology, 1);
    made.begin(1);
    made.emit(record(1));
    made.abort();
    fold(2, 1);
    await made.durable(2);
    expect(await stored(topology)).toEqual([2]);
  });

  it('leaves out what its predecessor emitted', async () => {
    const topology = memoryTopology(16);
    const first = await emitter(topology, 1);
    for (let sequence = 1; sequence <= 10; sequence++) first.fold(sequence, 2);
    await first.made.durable(10);
    const second = await emitter(topology, 2);
    for (let sequence = 5; sequence <= 12; sequence++) second.fold(sequence, 2);
    await second.made.durable(12);
    expect(await stored(topology)).toEqual(Array.from({ length: 12 }, (_, i) => [i + 1, i + 1]).flat());
  });

  it('can write nothing once a newer owner has fenced, and says that it was deposed', async () => {
    const topology = memoryTopology(16);
    const old = await emitter(topology, 1);
    old.fold(1, 1);
    await old.made.durable(1);
    const fresh = await emitter(topology, 2);
    old.fold(2, 1);
    await expect(old.made.durable(2)).rejects.toMatchObject({ code: 'REK_STALE_EPOCH' });
    expect(old.failures).toHaveLength(1);
    fresh.fold(2, 1);
    await fresh.made.durable(2);
    expect(await stored(topology)).toEqual([1, 2]);
    await expect(emitter(topology, 1)).rejects.toMatchObject({ code: 'REK_STALE_EPOCH' });
  });

  it('recognises its own message when only the acknowledgement was lost, and repeats it when the message was', async () => {
    const topology = memoryTopology(16);
    const { made, fold, failures } = await emitter(
      faulty(
        topology,
        (n) => (['fine', 'unacknowledged', 'lost', 'lost', 'unacknowledged'] as const)[n] ?? 'fine',
      ),
      1,
    );
    for (let sequence = 1; sequence <= 20; sequence++) fold(sequence, 1);
    await made.durable(20);
    fold(21, 1);
    await made.durable(21);
    expect(failures).toEqual([]);
    expect(await stored(topology)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
  });

  it('writes nothing without the lease, although the log would take it, and goes on when it is renewed', async () => {
    const topology = memoryTopology(16);
    let holds = true;
    const { made, fold } = await emitter(topology, 1, () => holds);
    holds = false;
    fold(1, 1);
    await new Promise((resolve) => setTimeout(resolve, 30)); // long enough for an append that would not ask
    expect(await stored(topology)).toEqual([]);
    holds = true;
    await made.durable(1);
    expect(await stored(topology)).toEqual([1]);
    holds = false;
    fold(2, 1);
    made.stop();
    await expect(made.durable(2)).rejects.toMatchObject({ code: 'REK_LEASE_LOST' });
    expect(await stored(topology)).toEqual([1]);
  });
});
