/**
 * Promises of a partition host, on a real Postgres and a log in memory: whatever happens to its owner, feedback and
 * users are those of an undisturbed fold.
 */
import { decodeFeedbackHeader, type LogEvent } from '#events';
import { SeededRandom, until } from '#kernel';
import { memoryTopology, type EventLog } from '#log';
import { testSeed } from '#testkit';
import { hostWorlds } from './host-worlds.fixture.js';
import type { HostContext } from '../host-context.js';
import type { PartitionHost } from './partition-host.js';
import { TickScheduler } from './tick-scheduler.js';
import { emitted, events, P, PARTITIONS, reference, START, USERS } from './host.fixture.js';

describe('PartitionHost', () => {
  const { world, storedRows, replaceRows, hashOf, expectEqual, checkpoints } = hostWorlds();

  it('continues where a former owner was cut off, wherever that was, emitting nothing twice and leaving nothing out (property)', async () => {
    const seed = testSeed('owners cut off');
    const random = new SeededRandom(seed);
    const { topology, own, publish } = world();
    const queue = [...events(seed, 3_000)];
    let epoch = 0;
    while (queue.length > 0) {
      const { host } = own(++epoch);
      const stretch = 1 + random.below(400);
      for (let sent = 0; sent < stretch && queue.length > 0;) {
        const frame = queue.splice(0, 1 + random.below(20));
        sent += frame.length;
        await publish(frame);
        if (random.next() < 0.1) void host.checkpoint();
        if (random.next() < 0.2) await new Promise((resolve) => setImmediate(resolve));
      }
      if (random.next() < 0.3) await until('it has caught up', () => host.servable);
      if (random.next() < 0.3) await host.drain();
      else host.stop();
    }
    const { host } = own(++epoch);
    const { users, bytes } = await expectEqual(topology, host);
    expect([users > 20, bytes.length > 100_000]).toEqual([true, true]);
  }, 60_000);

  it('writes nothing once another owner has taken over, even if it believes in its lease for ever (mutant: no lease)', async () => {
    const { topology, context, own, publish } = world();
    const old = own(1);
    for (const event of events(1, 300)) await publish([event]);
    await until('the first owner has caught up', () => old.host.position >= 300);
    const fresh = own(2);
    context.reader.attach(P, {
      deliver: (messages, through) =>
        [old, fresh].forEach(({ host }) => host.inbox.deliver(messages, through)),
      roomy: () => true,
      room: async () => undefined,
      leaveBehind: () => undefined,
    });
    await until('the second owner serves', () => fresh.host.servable);
    for (const event of [...events(2, 300)].map((event) => ({
      ...event,
      eventId: `second ${event.eventId}`,
    })))
      await publish([event]);
    await until('the first owner has noticed', () => old.ended.length > 0);
    expect(old.ended[0]).toMatchObject({ code: 'REK_STALE_EPOCH' });
    expect(await old.host.checkpoint()).toBe(false);
    expect(await fresh.host.checkpoint()).toBe(true);
    await expectEqual(topology, fresh.host);
  });

  it('stays within its memory budget, passivating and activating users, without a trace in the outcome', async () => {
    const { topology, context, own, publish } = world({ residentBytesMax: 25_000 });
    const { host } = own(1);
    const queue = [...events(11, 2_000)];
    while (queue.length > 0) await publish(queue.splice(0, 10));
    await expectEqual(topology, host);
    const passivated = (await context.metrics.passivations.get()).values.reduce(
      (sum, { value }) => sum + value,
      0,
    );
    expect(passivated).toBeGreaterThan(50);
    expect(host.state!.users.loaded).toBeGreaterThan(50);
    expect(context.budget.used).toBeLessThan(2 * context.budget.max);
  }, 60_000);

  it('gives memory back that readers took, though nothing is to be folded', async () => {
    const { context, own } = world({ residentBytesMax: 100_000 });
    const { host } = own(1);
    await until('it is live', () => host.phase === 'live');
    for (let i = 0; i < 500; i++) await host.requests.read(`stranger ${i}`, 0, () => undefined);
    expect(host.state!.users.created).toBeGreaterThanOrEqual(500);
    await until('memory is given back', () => context.budget.used <= context.budget.max, 2_000);
  });

  it.each([
    ['a checkpoint finds it out', 1e9],
    ['an activation finds it out', 60_000],
  ])(
    'goes back to what is left when Postgres forgets checkpoints (%s)',
    async (_how, residentBytesMax) => {
      const { topology, context, own, publish } = world({ residentBytesMax });
      const { host } = own(1);
      const queue = [...events(23, 3_000)];
      const publishSome = async () => {
        for (let frames = 0; frames < 100; frames++) await publish(queue.splice(0, 10));
        const head = await topology.log.head();
        await until('everything is folded', () => host.servable && host.position >= head, 20_000);
        await host.checkpoint();
      };
      await publishSome();
      const older = await storedRows();
      await publishSome();
      await replaceRows(older);
      await publishSome();
      await expectEqual(topology, host);
      await until('it is saved again', async () => {
        await host.checkpoint();
        return (await checkpoints().sequences()).get(P) === host.position;
      });
      await expectEqual(topology, host);
      const causes = (await context.metrics.checkpointFailures.get()).values.map(
        ({ labels }) => labels.cause,
      );
      if (residentBytesMax === 1e9) expect(causes).toContain('REK_CHECKPOINT_LOST');
      const heir = own(2).host;
      await until('it has caught up', () => heir.servable);
      await expectEqual(topology, heir);
    },
    60_000,
  );

  it.each([
    ['a request', (host: PartitionHost, userId: string) => host.requests.read(userId, 0, () => undefined)],
    ['a reader of all users', (host: PartitionHost) => hashOf(host)],
  ])(
    'folds the partition again when %s comes first upon the damaged row of a cold user, and shows nobody an empty state meanwhile',
    async (_who, meet) => {
      const { topology: inner, hold } = holdable();
      const { topology, context, own, publish } = world({ topology: inner });
      const { host: before } = own(1);
      await publish([...events(37, 300)]);
      await until('it is folded', () => before.servable && before.position >= 1);
      await before.drain();
      const rows = await storedRows();
      const [damaged, ...whole] = rows['rekappa_actor'] as { user_id: string; state: string }[];
      const state = damaged!.state.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
      await replaceRows({ ...rows, rekappa_actor: [{ ...damaged, state }, ...whole] });

      const { host } = own(2);
      await until('it is live', () => host.servable);
      const other = whole[0]!.user_id;
      const release = hold();
      await expect(meet(host, damaged!.user_id)).rejects.toMatchObject({ code: 'REK_HOST_UNAVAILABLE' });
      await until('it reads the log again', () => host.phase === 'catching up' && host.position === 0);
      await expect(host.requests.read(other, 0, (_, known) => known)).rejects.toMatchObject({
        code: 'REK_HOST_UNAVAILABLE',
      });
      release();
      await expectEqual(topology, host);
      expect((await host.requests.read(other, 0, (_, known) => known)).result).toBe(true);
      expect(await takeovers(context)).toBe(2); // both owners', and none for the restore
      expect((await host.requests.read(damaged!.user_id, 0, () => 'served')).result).toBe('served');
      const failures = (await context.metrics.checkpointFailures.get()).values;
      expect(failures.map(({ labels, value }) => [labels.cause, value])).toEqual([
        ['REK_SNAPSHOT_INVALID', 1],
      ]);
    },
  );

  /** A log whose reads of the partition wait, from `hold` until what it returns is called. */
  function holdable() {
    const inner = memoryTopology(PARTITIONS);
    let held: Promise<void> | undefined;
    const read: EventLog['read'] = async function* (options) {
      if (options.subject === `log.user.${P}`) await held;
      yield* inner.log.read(options);
    };
    const log = new Proxy(inner.log, {
      get: (target, name) => (name === 'read' ? read : Reflect.get(target, name)) as unknown,
    });
    const hold = (): (() => void) => {
      let release = (): void => undefined;
      held = new Promise((resolve) => (release = resolve));
      return release;
    };
    return { topology: { ...inner, log }, hold };
  }

  const takeovers = async ({ metrics }: HostContext) =>
    (await metrics.takeoverSeconds.get()).values.find(({ metricName }) => metricName?.endsWith('_count'))
      ?.value;

  it('reads for itself what it could not take in, and joins the reader again', async () => {
    const { topology, own, publish } = world();
    const { host } = own(1);
    await until('it is live', () => host.phase === 'live');
    for (const event of events(13, 200)) await publish([event]);
    host.inbox.leaveBehind();
    for (const event of [...events(14, 200)].map((event) => ({
      ...event,
      eventId: `later ${event.eventId}`,
    })))
      await publish([event]);
    await expectEqual(topology, host);
    expect(host.phase).toBe('live');
  });

  it('becomes what the log says when the log has lost its tail, and emits what new events cause', async () => {
    const before = world();
    const { host } = before.own(1);
    for (const event of events(19, 300)) await before.publish([event]);
    await until('it has folded', () => host.position >= 300);
    await host.drain();
    const kept = memoryTopology(PARTITIONS);
    const { own, publish, topology } = world({ topology: { ...before.topology, log: kept.log } });
    for (const event of [...events(19, 300)].slice(0, 120)) await publish([event]);
    const emittedBefore = (await emitted(topology)).length;
    const heir = own(2).host;
    await until('it has caught up', () => heir.servable && heir.position >= 120);
    const { users, sha256 } = await reference(topology);
    expect(await hashOf(heir)).toEqual({ users, sha256 });
    expect((await emitted(topology)).length).toBe(emittedBefore);
    for (const event of [...events(20, 100)].map((event) => ({
      ...event,
      eventId: `after ${event.eventId}`,
    })))
      await publish([event]);
    await until('it folds on', () => heir.position >= 220);
    await until(
      'new events cause new feedback',
      async () => (await emitted(topology)).length > emittedBefore,
    );
    expect((await hashOf(heir)).sha256).toBe((await reference(topology)).sha256);
  });

  it('asks for a lease above the epochs of the log, should leases have begun anew, and closes windows under that', async () => {
    const { own, publish, context } = world();
    const tick = (epoch: number, timestamp: number): LogEvent => ({
      kind: 'tick',
      eventId: `tick ${epoch}`,
      timestamp,
      version: 1,
      epoch,
    });
    await publish([tick(1_000, START), ...[...events(41, 20)].filter(({ kind }) => kind === 'impression')]);
    await until('the reader is past it', () => context.reader.position === 1);
    const early = own(1);
    await until('it has ended', () => early.ended.length > 0);
    expect(early.ended).toEqual([
      expect.objectContaining({ code: 'REK_STALE_EPOCH', details: { floor: 1_000 } }),
    ]);
    expect(await checkpoints().sequences()).toEqual(new Map([[P, 1]]));

    const { host, ended } = own(1_001);
    await until('it serves', () => host.servable);
    expect(host.state!.fold.nextDeadline()).toBeGreaterThan(START);
    await publish([tick(1_001, START + 1e9)]);
    await until('the windows are closed', () => host.state!.fold.nextDeadline() === undefined);
    expect([ended, host.state!.fold.counters.staleEpochs]).toEqual([[], 0]);
  });

  it('keeps the time of the events that are being imported when a host takes over amid them', async () => {
    const { own, publish, context } = world();
    const scheduler = new TickScheduler(
      context.topology,
      { now: Date.now, monotonic: () => performance.now() },
      () => undefined,
      (error) => {
        throw error;
      },
    );
    const former = own(1);
    await publish([...events(41, 20)].filter(({ kind }) => kind === 'impression'));
    await until('it is folded', () => former.host.servable && former.host.position === 1);
    await former.host.checkpoint();
    await former.host.drain();

    const { host } = own(2);
    await until('it serves', () => host.servable);
    expect(host.state!.fold.nextDeadline()).toBeLessThan(Date.now());
    await scheduler.look(host);
    expect(await context.topology.log.head()).toBe(1);

    host.foldedAt -= 60_000; // nothing has come for a minute: the import is over
    await scheduler.look(host);
    expect(await context.topology.log.head()).toBe(2);
  });

  it('goes on below an epoch that no lease can exceed', async () => {
    const { own, publish, context } = world();
    const epoch = Number.MAX_SAFE_INTEGER;
    await publish([{ kind: 'tick', eventId: 't', timestamp: START, version: 1, epoch }]);
    await until('the reader is past it', () => context.reader.position === 1);
    const { host, ended } = own(1);
    await until('it serves', () => host.servable);
    expect([ended, host.position]).toEqual([[], 1]);
  });

  it('says which messages the server lacks when it folds the partition again, and folds what is left', async () => {
    const inner = memoryTopology(PARTITIONS);
    const read: EventLog['read'] = (options) => {
      if (options.subject === `log.user.${P}`) options.onGap?.(2, 3);
      return inner.log.read(options);
    };
    const log = new Proxy(inner.log, {
      get: (target, name) => (name === 'read' ? read : Reflect.get(target, name)) as unknown,
    });
    const { topology, context, own, publish } = world({ topology: { ...inner, log } });
    const said: unknown[] = [];
    context.logger.fatal = (...words: unknown[]) => void said.push(words);
    await publish([...events(1, 40)]);
    await until('the reader is past it', () => context.reader.position === 1);
    const { host } = own(1);
    await expectEqual(topology, host);
    expect(said).toEqual([[{ partition: P, from: 2, to: 3 }, expect.stringMatching(/^REK_LOG_DAMAGED: /)]]);
  }, 30_000);

  it('never saves a position whose feedback is not acknowledged', async () => {
    const base = memoryTopology(PARTITIONS);
    let release: () => void = () => undefined;
    let held: Promise<void> | undefined;
    const slow = Object.assign(Object.create(base.feedback) as EventLog, {
      append: async (...args: Parameters<EventLog['append']>) => {
        await held;
        return base.feedback.append(...args);
      },
    });
    const { own, publish, topology } = world({ topology: { ...base, feedback: slow } });
    const { host } = own(1);
    await until('it is live', () => host.phase === 'live');
    held = new Promise((resolve) => (release = resolve));
    for (const event of events(17, 50)) await publish([event]);
    await until('it is folded', () => host.position >= 50);
    const saving = host.checkpoint();
    await new Promise((resolve) => setTimeout(resolve, 50)); // long enough for a save that would not wait
    expect((await checkpoints().sequences()).get(P)).toBeUndefined();
    release();
    expect(await saving).toBe(true);
    const { through } = decodeFeedbackHeader((await topology.feedback.last(`feedback.${P}`))!.payload);
    expect((await checkpoints().sequences()).get(P)).toBeGreaterThanOrEqual(through.sequence);
  });

  it('answers after the sequence asked for, says when it was not reached, and refuses while it cannot serve', async () => {
    const { own, publish } = world();
    const { host } = own(1);
    await expect(host.requests.read(USERS[0]!, 0, () => 1)).rejects.toMatchObject({
      code: 'REK_HOST_UNAVAILABLE',
    });
    await until('it serves', () => host.servable);
    const waiting = host.requests.read(USERS[0]!, 1, (user) => user.counters.interactions);
    await publish([
      {
        kind: 'interaction',
        eventId: 'c',
        userId: USERS[0]!,
        timestamp: START,
        version: 1,
        type: 'click',
        itemId: 'i1',
      },
    ]);
    expect(await waiting).toEqual({ result: 1, reached: true, position: 1 });
    expect(await host.requests.read('stranger', 0, (_, known) => known)).toMatchObject({ result: false });
    const hopeless = host.requests.read(USERS[0]!, 99, () => 2);
    host.stop();
    await expect(hopeless).rejects.toMatchObject({ code: 'REK_HOST_UNAVAILABLE' });
  });
});
