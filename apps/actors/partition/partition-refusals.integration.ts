/**
 * What a partition host does with what it cannot use: nothing of it leaves a trace in users or feedback, and all of it stands in the dead
 * stream, once, whatever happens to the host.
 */
import { PartitionFold } from '#interest';
import { until } from '#kernel';
import { DeadLetters, memoryTopology, type EventLog, type LogTopology } from '#log';
import { hostWorlds } from './host-worlds.fixture.js';
import { events, P, PARTITIONS } from './host.fixture.js';

describe('What a partition host refuses', () => {
  const { world, expectEqual, checkpoints } = hostWorlds();

  it('leaves out an event whose fold throws, puts it into the dead stream, and folds everything else as if it were not there', async () => {
    const { topology, own, publish, dead } = world();
    const poisonous = new Set(['e100', 'e101', 'e177']);
    const original = PartitionFold.prototype.fold;
    PartitionFold.prototype.fold = function (this: PartitionFold, sequence, appendedAt, entries) {
      for (const entry of entries) {
        original.call(this, sequence, appendedAt, [entry]); // it throws when the state is changed already
        if ('event' in entry && poisonous.has(entry.event.eventId)) throw new Error('a bug');
      }
    };
    try {
      const { host } = own(1);
      const queue = [...events(7, 600)];
      while (queue.length > 0) {
        await publish(queue.splice(0, 8));
        if (queue.length % 96 === 0) await host.checkpoint();
      }
      const head = await topology.log.head();
      await until('everything is folded', () => host.servable && host.position >= head, 20_000);
      PartitionFold.prototype.fold = original;
      await expectEqual(topology, host, poisonous);
      await dead.flush();
      const { letters } = await new DeadLetters(topology).list();
      expect(
        letters.map(({ raw, reason }) => [
          (JSON.parse(raw) as { eventId: string }).eventId,
          reason.code,
          reason.message,
        ]),
      ).toEqual([...poisonous].map((id) => [id, 'REK_INTERNAL', 'the fold failed: a bug']));
    } finally {
      PartitionFold.prototype.fold = original;
    }
  }, 30_000);

  /** No JSON, to be refused: in the partition, and as an item. @returns where they stand */
  async function refusable({ log }: LogTopology): Promise<number[]> {
    return [
      await log.append(`log.user.${P}`, Buffer.from('{"kind":')),
      await log.append('log.item', Buffer.from('{"kind":')),
    ];
  }

  const buried = async (topology: LogTopology): Promise<number[]> =>
    (await new DeadLetters(topology).list()).letters
      .map(({ source }) => source.sequence)
      .sort((a, b) => a - b);

  it('loses no letter of what was refused when a host is killed with them in hand', async () => {
    const base = memoryTopology(PARTITIONS);
    const dead = Object.assign(Object.create(base.dead) as EventLog, {
      append: () => new Promise<number>(() => undefined),
    });
    const killed = world({ topology: { ...base, dead } });
    const { host } = killed.own(1);
    await until('it is live', () => host.phase === 'live');
    const queue = [...events(29, 200)];
    await killed.publish(queue.splice(0, 100));
    const sequences = await refusable(base);
    await killed.publish(queue);
    await expectEqual(base, host); // feedback is emitted for what lies behind them
    expect(killed.refused).toHaveLength(2);
    expect(await host.checkpoint()).toBe(false);
    const failures = (await killed.context.metrics.checkpointFailures.get()).values;
    expect(failures.map(({ labels }) => labels.cause)).toEqual(['REK_LOG_UNAVAILABLE']);
    // Who reads item entries puts letters of those behind every checkpoint.
    expect(Math.max(0, ...(await checkpoints().sequences()).values())).toBeLessThan(sequences[0]!);
    host.stop();

    const heir = world({ topology: base });
    await expectEqual(base, heir.own(2).host);
    await heir.dead.flush();
    expect(await buried(base)).toEqual(sequences);
  }, 30_000);

  it('puts no second letter of what was refused when a host is killed after the first has landed', async () => {
    const { topology, own, dead } = world();
    const { host } = own(1);
    const sequences = await refusable(topology);
    await until('they are refused', () => host.position >= 2);
    await dead.flush();
    host.stop();
    const heir = world({ topology });
    const { host: second } = heir.own(2);
    await until('it has caught up', () => second.servable && second.position >= 2);
    await heir.dead.flush();
    expect([heir.refused.length, await buried(topology)]).toEqual([2, sequences]);
    expect(await second.checkpoint()).toBe(true);
  });

  it('refuses an entry once, however often it goes back to the checkpoint', async () => {
    const { topology, own, publish, dead, refused } = world();
    const original = PartitionFold.prototype.fold;
    PartitionFold.prototype.fold = function (this: PartitionFold, sequence, appendedAt, entries) {
      original.call(this, sequence, appendedAt, entries);
      if (entries.some((entry) => 'event' in entry && entry.event.eventId === 'e1')) throw new Error('a bug');
    };
    try {
      const { host } = own(1);
      await until('it is live', () => host.phase === 'live');
      await refusable(topology);
      await publish([...events(31, 10)]);
      await until('all is folded', () => host.servable && host.position >= 3);
      await dead.flush();
      expect([...refused].sort()).toEqual(['REK_INTERNAL', 'REK_INVALID_JSON', 'REK_INVALID_JSON']);
    } finally {
      PartitionFold.prototype.fold = original;
    }
  });
});
