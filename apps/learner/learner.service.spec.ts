import { jest } from '@jest/globals';
import { sleep, TURN_MS, until as untilWithin } from '#kernel';
import { modelSettingsOf, newScores, OnlineModel, settingsHash, type ModelReplica } from '#learning';
import { featuresOf, itemKeyOf } from '#learning';
import { DeadLetters, memoryTopology, type LogTopology } from '#log';
import { ModelFollower, shadowName, type PromoteAnswer } from '#model-feed';
import { createMetrics } from '#observability';
import {
  appendFeedback,
  FEEDBACK,
  MemorySnapshots,
  newLearner,
  testSettings,
  type TestLearner,
} from './learner-harness.js';
import { LearnerMetrics } from './learner-metrics.js';

const SETTINGS = testSettings();
/** For a machine with much else to do. */
const PATIENCE_MS = 40_000;
const HALF = Math.floor(FEEDBACK.length / 2);

let topology: LogTopology;
let snapshots: MemorySnapshots;
const running: TestLearner[] = [];
const followers: ModelFollower[] = [];

beforeEach(() => {
  topology = memoryTopology(1);
  snapshots = new MemorySnapshots();
});

afterEach(async () => {
  await Promise.all(followers.splice(0).map((follower) => follower.stop()));
  await Promise.all(running.splice(0).map(({ service }) => service.stop()));
});

function learner(
  ...args: Parameters<typeof newLearner> extends [unknown, unknown, ...infer Rest] ? Rest : never
): TestLearner {
  const created = newLearner(topology, snapshots, ...args);
  running.push(created);
  return created;
}

async function follower(
  options: Partial<ConstructorParameters<typeof ModelFollower>[0]> = {},
): Promise<ModelFollower> {
  const created = new ModelFollower({
    topology,
    snapshots,
    name: 'main',
    settings: modelSettingsOf(SETTINGS),
    retryMs: 10,
    ...options,
  });
  followers.push(created);
  await created.start();
  return created;
}

const until = (what: string, condition: () => boolean | Promise<boolean>) =>
  untilWithin(what, condition, PATIENCE_MS);
const learntAll = ({ service }: TestLearner, sequence = FEEDBACK.length) =>
  until(`sequence ${sequence} is learnt`, () => service.model?.sequence === sequence);

function offline(settings = SETTINGS, to = FEEDBACK.length): OnlineModel {
  const model = new OnlineModel(modelSettingsOf(settings));
  FEEDBACK.slice(0, to).forEach((message, i) => model.fold(i + 1, message));
  return model;
}

/** The next snapshot is stored when it is told to be. */
function holdNextWrite(): { begun: () => boolean; release: () => void } {
  const write = snapshots.write.bind(snapshots);
  let begun = false;
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  jest.spyOn(snapshots, 'write').mockImplementationOnce(async (...args) => {
    begun = true;
    await held;
    return write(...args);
  });
  return { begun: () => begun, release };
}

/** Moves a clock on by an hour until it is restored. */
function hourLater(clock: { now(): number }): { mockRestore(): void } {
  const now = clock.now.bind(clock);
  return jest.spyOn(clock, 'now').mockImplementation(() => now() + 3_600_000);
}

function expectEqualScores(model: OnlineModel, replica: ModelReplica): void {
  const [ours, theirs] = [newScores(), newScores()];
  for (let item = 0; item < 50; item++) {
    model.score(featuresOf(1, item, 8), itemKeyOf(item), 1_700_000_500_000, ours);
    replica.score(featuresOf(1, item, 8), itemKeyOf(item), 1_700_000_500_000, theirs);
    expect(theirs).toEqual(ours);
  }
}

describe('A learner', () => {
  it('learns what FEEDBACK says, and its followers predict what it predicts', async () => {
    const { service } = learner();
    const replica = await follower();
    await service.start();
    await appendFeedback(topology, 0);
    await learntAll(running[0]!);
    await until('the replica follows', () => replica.replica.sequence === FEEDBACK.length);
    expect((await service.hash()).sha256).toBe(offline().hash().sha256);
    expectEqualScores(service.model, replica.replica);
  });

  it('continues from its snapshot as if it had never stopped, killed or told to stop', async () => {
    await appendFeedback(topology, 0, HALF);
    const first = learner();
    await first.service.start();
    await first.service.stop();
    expect(snapshots.stored.at(-1)!.sequence).toBe(HALF);
    await appendFeedback(topology, HALF);
    const second = learner();
    await second.service.start();
    expect(second.service.model.version).toBe(first.service.model.version);
    expect((await second.service.hash()).sha256).toBe(offline().hash().sha256);
  });

  it('calls its snapshot old only for what that does not hold, however quiet it is', async () => {
    await appendFeedback(topology, 0);
    const metrics = createMetrics('learner');
    const { service } = learner(SETTINGS, { metrics: new LearnerMetrics(metrics) });
    await service.start();
    await service.snapshot();
    const ages = jest.spyOn(metrics.snapshotAgeSeconds, 'set');
    const clocks = [hourLater(performance), hourLater(Date)];
    try {
      await until('the age is told', () => ages.mock.calls.length > 0);
    } finally {
      for (const clock of clocks) clock.mockRestore();
    }
    expect(ages.mock.calls[0]).toEqual([0]);
  });

  it('keeps what it has learnt while it catches up, and goes on from there after a crash', async () => {
    await appendFeedback(topology, 0);
    const first = learner(testSettings({ learner: { relearnSeconds: 0.001 } as never }));
    await first.service.start();
    await first.service.stop();
    const onTheWay = snapshots.stored.filter(({ sequence }) => sequence < FEEDBACK.length);
    expect(onTheWay.length).toBeGreaterThan(0);
    snapshots.stored.splice(0, Infinity, onTheWay[0]!);
    const second = learner();
    const replica = await follower();
    await second.service.start();
    expect((await second.service.hash()).sha256).toBe(offline().hash().sha256);
    await until('the replica follows', () => replica.replica.sequence === FEEDBACK.length);
    expectEqualScores(second.service.model, replica.replica);
  });

  it('gives way while it learns, so that its lease, its answers and the store go on', async () => {
    const fold = OnlineModel.prototype.fold;
    const slow = jest.spyOn(OnlineModel.prototype, 'fold').mockImplementation(function (
      this: OnlineModel,
      ...message
    ) {
      const ends = performance.now() + TURN_MS;
      while (performance.now() < ends);
      fold.apply(this, message);
    });
    await appendFeedback(topology, 0, HALF);
    const { service } = learner();
    let rounds = 0;
    let going = true;
    const count = (): void => {
      rounds++;
      if (going) setImmediate(count);
    };
    count();
    try {
      await service.start();
    } finally {
      going = false;
      slow.mockRestore();
    }
    expect(service.model.sequence).toBe(HALF);
    expect(rounds).toBeGreaterThanOrEqual(HALF - 1);
  });

  it('keeps nothing on the way of a model that replaces the stored one', async () => {
    await appendFeedback(topology, 0);
    const first = learner();
    await first.service.start();
    await first.service.stop();
    const stored = snapshots.stored.length;
    const second = learner(
      testSettings({
        learner: { snapshotSeconds: 0.001, relearnSeconds: 0.001 } as never,
        ftrl: { alpha: 0.031 } as never,
      }),
    );
    await second.service.start();
    await until('it is announced', () => snapshots.stored.length > stored);
    expect(snapshots.stored.slice(stored).every(({ sequence }) => sequence === FEEDBACK.length)).toBe(true);
  });

  it('stores what is being stored, and then its last snapshot, before it ends', async () => {
    await appendFeedback(topology, 0, HALF);
    const { service } = learner();
    await service.start();
    snapshots.storeMs = 300;
    void service.snapshot();
    await appendFeedback(topology, HALF);
    await until('all is learnt', () => service.model.sequence === FEEDBACK.length);
    await service.stop();
    expect(snapshots.stored.map(({ sequence }) => sequence)).toEqual([HALF, FEEDBACK.length]);
  });

  it('stores one snapshot for all who ask while another is stored, later than any of them asked', async () => {
    await appendFeedback(topology, 0, HALF);
    const { service } = learner();
    await service.start();
    const storing = holdNextWrite();
    const first = service.snapshot();
    await until('it is being stored', storing.begun);
    const early = service.snapshot();
    await appendFeedback(topology, HALF);
    await learntAll(running[0]!);
    const hosts = Array.from({ length: 8 }, () => service.snapshot());
    storing.release();
    await first;
    const answers = await Promise.all([early, ...hosts]);
    expect(answers).toEqual(answers.map(() => ({ snapshotId: 'snapshot-2', sequence: FEEDBACK.length })));
    expect(snapshots.stored.map(({ sequence }) => sequence)).toEqual([HALF, FEEDBACK.length]);
  });

  it('gives up a last snapshot that takes longer than its end may', async () => {
    await appendFeedback(topology, 0, HALF);
    const { service } = newLearner(topology, snapshots);
    await service.start();
    await service.snapshot();
    await appendFeedback(topology, HALF);
    await until('all is learnt', () => service.model.sequence === FEEDBACK.length);
    snapshots.storeMs = 6_000;
    const began = performance.now();
    await service.stop();
    expect(performance.now() - began).toBeLessThan(5_500);
    await sleep(2_500);
    expect(snapshots.stored.map(({ sequence }) => sequence)).toEqual([HALF]);
  }, 20_000);

  it('is ready only when it has caught up', async () => {
    await appendFeedback(topology, 0);
    const { service, health } = learner();
    expect(health.isReady()).toBe(false);
    await service.start();
    expect([health.isReady(), service.model.sequence]).toEqual([true, FEEDBACK.length]);
  });

  it('writes a snapshot after so many samples, and again when the store was away', async () => {
    snapshots.available = true;
    const { service } = learner(testSettings({ learner: { snapshotSamples: 100 } as never }));
    await service.start();
    snapshots.available = false;
    await appendFeedback(topology, 0, HALF);
    await learntAll(running[0]!, HALF);
    expect(snapshots.stored).toHaveLength(0);
    snapshots.available = true;
    expect((await service.snapshot()).sequence).toBe(HALF);
  });

  it('puts a damaged message into the dead stream and learns on', async () => {
    const { service } = learner();
    await service.start();
    await appendFeedback(topology, 0, 3);
    await topology.feedback.append('feedback.0', Buffer.from('not feedback at all, not even close to it'));
    await appendFeedback(topology, 3);
    await learntAll(running[0]!, FEEDBACK.length + 1);
    const { letters } = await new DeadLetters(topology).list();
    expect(letters.map(({ where, source }) => [where, source.sequence])).toEqual([['learner', 4]]);
    const { sha256 } = offline().hash();
    expect((await service.hash()).sha256).toBe(sha256);
  });

  it('ends when another learner publishes deltas', async () => {
    const { service, failures } = learner();
    await service.start();
    await topology.model.append(topology.subjects.delta('main'), Buffer.from('another writer'));
    await appendFeedback(topology, 0, 5);
    await until('it has failed', () => failures.length > 0);
    expect(failures[0]).toMatchObject({ code: 'REK_STALE_EPOCH' });
    running.length = 0;
  });

  it('does nothing until it is the only one', async () => {
    let grant: (held: boolean) => void = () => undefined;
    const lease = {
      leaseMs: 1_000,
      acquire: () => new Promise<boolean>((resolve) => (grant = resolve)),
      renew: async () => true,
      release: async () => undefined,
    };
    await appendFeedback(topology, 0);
    const { service, health } = learner(SETTINGS, { lease });
    const started = service.start();
    expect([service.model, health.isReady()]).toEqual([undefined, false]);
    grant(true);
    await started;
    expect(service.model.sequence).toBe(FEEDBACK.length);
  });
});

describe('Promotion', () => {
  const OTHER = testSettings({ ftrl: { alpha: 0.02 } as never });

  async function storeShadow(to: number): Promise<string> {
    const { header, chunks } = offline(OTHER, to).encodeSnapshot();
    return snapshots.write({
      model: shadowName('main'),
      version: header.version,
      sequence: header.sequence,
      header,
      chunks,
    });
  }

  it('swaps the model without a gap: followers land on the promoted one and keep following', async () => {
    const live = learner();
    await live.service.start();
    await appendFeedback(topology, 0, HALF);
    await learntAll(live, HALF);
    const replica = await follower();
    const { version } = await live.service.promote(await storeShadow(HALF - 3));
    expect(version).toBe(`main-1-${settingsHash(modelSettingsOf(OTHER)).slice(0, 6)}`);
    await appendFeedback(topology, HALF);
    await learntAll(live);
    await until(
      'the replica is promoted',
      () => replica.replica.version === version && replica.replica.sequence === FEEDBACK.length,
    );
    expect((await live.service.hash()).sha256).toBe(offline(OTHER).hash().sha256);
    expectEqualScores(live.service.model, replica.replica);
  });

  it('keeps the promoted settings after a restart, until the configuration changes', async () => {
    await appendFeedback(topology, 0);
    const live = learner();
    await live.service.start();
    const { version } = await live.service.promote(await storeShadow(HALF));
    await live.service.stop();
    const restarted = learner();
    await restarted.service.start();
    expect(restarted.service.model.version).toBe(version);
    await restarted.service.stop();

    const third = testSettings({ ftrl: { alpha: 0.3 } as never });
    const reconfigured = learner(third);
    const replica = await follower();
    await reconfigured.service.start();
    expect(reconfigured.service.model.identity.generation).toBe(2);
    expect((await reconfigured.service.hash()).sha256).toBe(offline(third).hash().sha256);
    await until(
      'followers have the relearnt model',
      () => replica.replica.version === reconfigured.service.model.version,
    );
    expectEqualScores(reconfigured.service.model, replica.replica);
  });

  /** A learner that has learnt half of FEEDBACK, and promotes a shadow that is behind it. */
  async function promotingLearner(): Promise<{ live: TestLearner; promote: () => Promise<PromoteAnswer> }> {
    await appendFeedback(topology, 0, HALF);
    const live = learner();
    await live.service.start();
    const shadow = await storeShadow(HALF - 3);
    return { live, promote: () => live.service.promote(shadow) };
  }

  async function versionAfterCrash(): Promise<string> {
    const next = learner();
    await next.service.start();
    return next.service.model.version;
  }

  it('holds after a crash, however a snapshot is asked for while the shadow is stored', async () => {
    const { live, promote } = await promotingLearner();
    const storing = holdNextWrite();
    const promoting = promote();
    await until('the shadow is being stored', storing.begun);
    const asked = live.service.snapshot();
    storing.release();
    const [{ version }] = await Promise.all([promoting, asked]);
    expect(await versionAfterCrash()).toBe(version);
  });

  it('holds after a crash when snapshots of the old model waited before it', async () => {
    const { live, promote } = await promotingLearner();
    const storing = holdNextWrite();
    const asked = [live.service.snapshot(), live.service.snapshot()];
    await until('a snapshot is being stored', storing.begun);
    const promoting = promote();
    await appendFeedback(topology, HALF);
    await learntAll(live);
    storing.release();
    const [{ version }] = await Promise.all([promoting, ...asked]);
    expect(await versionAfterCrash()).toBe(version);
  });

  it('is refused while another one runs', async () => {
    const { live, promote } = await promotingLearner();
    const storing = holdNextWrite();
    const first = promote();
    await until('the shadow is being stored', storing.begun);
    const again = { code: 'REK_NOT_READY', retryable: true };
    await expect(promote()).rejects.toMatchObject(again);
    storing.release();
    await first;
    expect(live.service.model.identity.generation).toBe(1);
    await promote();
    expect(live.service.model.identity.generation).toBe(2);
  });

  it('has not happened when the learner was told to stop before the swap', async () => {
    const { live, promote } = await promotingLearner();
    const { version } = live.service.model;
    const storing = holdNextWrite();
    const promoting = promote();
    await until('the shadow is being stored', storing.begun);
    const stopped = live.service.stop();
    const refused = expect(promoting).rejects.toMatchObject({ code: 'REK_NOT_READY' });
    storing.release();
    await Promise.all([refused, stopped]);
    expect(await versionAfterCrash()).toBe(version);
  });

  it('changes nothing when the snapshot does not exist', async () => {
    const { service } = learner();
    await service.start();
    await expect(service.promote('snapshot-9')).rejects.toMatchObject({ code: 'REK_INVALID_REQUEST' });
    expect(service.model.identity.generation).toBe(0);
  });
});

describe('A follower', () => {
  it('starts empty without a store, and reports it', async () => {
    snapshots.available = false;
    const problems: string[] = [];
    const { replica } = await follower({ report: ({ what }) => problems.push(what) });
    expect([replica.sequence, problems]).toEqual([0, ['snapshot']]);
  });

  it('asks for a snapshot after a gap, and goes on from it', async () => {
    const live = learner();
    await live.service.start();
    await appendFeedback(topology, 0, HALF);
    await learntAll(live, HALF);
    await until(
      'deltas are out',
      async () => (await topology.model.head()) > 0 && live.service.model.drained === HALF,
    );
    // MODEL has forgotten what came before the gap.
    const { model } = topology;
    const first = (await model.head()) + 1;
    const forgetful = {
      ...topology,
      model: Object.assign(Object.create(model) as typeof model, {
        read: (options: Parameters<typeof model.read>[0]) =>
          model.read({ ...options, from: Math.max(options.from, first) }),
      }),
    };
    const asked: string[] = [];
    const late = await follower({
      topology: forgetful,
      requestSnapshot: async () => void asked.push((await live.service.snapshot()).snapshotId),
      retryMs: 1,
    });
    await appendFeedback(topology, HALF);
    await learntAll(live);
    await until('the replica caught up', () => late.replica.sequence === FEEDBACK.length);
    expect(asked.length).toBeGreaterThan(0);
    expectEqualScores(live.service.model, late.replica);
  });
});
