/** What can happen to a deployment, as commands of a fast-check model-based test. */
import fc from 'fast-check';
import { partitionOf } from '#kernel';
import type { UserLogEvent } from './client.js';
import { FOLD_SETTINGS, PARTITIONS, type World } from './world.js';

export type Model = object;
type WorldCommand = fc.AsyncCommand<Model, World>;

const USERS = ['ann', 'bob', 'cleo', 'dan', 'eve', 'visitor-1', 'visitor-2'];
const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

const which = fc.nat(9);
const partition = fc.nat(PARTITIONS - 1);

/** A deed that changes nothing the model knows of: what is right is judged at the end, from the log. */
function command(name: string, run: (world: World) => Promise<void> | void): WorldCommand {
  return {
    check: () => true,
    run: async (_, world) => {
      await run(world);
    },
    toString: () => name,
  };
}

function eventId(world: World): string {
  return `e${world.client.sent.length}`;
}

const published = fc
  .record({
    user: fc.nat(USERS.length - 1),
    items: fc.array(fc.constantFrom(...ITEMS), { minLength: 1, maxLength: 3 }),
    /** Of event time, ms: some come late, out of order. */
    age: fc.constantFrom(0, 0, 0, 500, 1_500),
    clicked: fc.boolean(),
    type: fc.constantFrom('click', 'click', 'purchase', 'dislike'),
  })
  .map(({ user, items, age, clicked, type }) =>
    command(`publish ${user} ${items.join('')} ${age} ${clicked ? type : ''}`, (world) => {
      const userId = USERS[user]!;
      const timestamp = world.time.now() - age;
      const id = eventId(world);
      const shown = { kind: 'impression', eventId: id, userId, timestamp, version: 1 } as const;
      const list = items.map((itemId) => ({ itemId }));
      const events: UserLogEvent[] = [{ ...shown, recommendationId: `r-${id}`, items: list }];
      if (clicked)
        events.push({
          kind: 'interaction',
          eventId: `${id}c`,
          userId,
          timestamp: timestamp + 1,
          version: 1,
          type,
          itemId: items[0]!,
        });
      world.client.publish(events);
      world.count('events published', events.length);
    }),
  );

/** A click in a list of before, soon enough, just too late or far too late for its window of 2 s. */
const lateClick = fc.tuple(fc.nat(30), fc.constantFrom(300, 1_900, 2_100, 9_000)).map(([nth, after]) =>
  command(`click in list ${nth} after ${after} ms`, (world) => {
    const lists = world.client.sent.filter((event) => event.kind === 'impression');
    const list = lists[nth % Math.max(1, lists.length)];
    if (!list) return;
    const { userId, timestamp, recommendationId, items } = list;
    world.client.publish([
      {
        kind: 'interaction',
        eventId: eventId(world),
        userId,
        timestamp: timestamp + after,
        version: 1,
        type: 'click',
        itemId: items[items.length - 1]!.itemId,
        ...(recommendationId !== undefined && { recommendationId }),
      },
    ]);
    world.count('late clicks');
  }),
);

const merge = fc.tuple(fc.constantFrom('visitor-1', 'visitor-2'), fc.nat(4)).map(([userId, into]) =>
  command(`merge ${userId} into ${into}`, (world) => {
    const event = { kind: 'merge', eventId: eventId(world), userId, timestamp: world.time.now() } as const;
    world.client.publish([{ ...event, version: 1, intoUserId: USERS[into]! }]);
    const across = partitionOf(userId, PARTITIONS) !== partitionOf(USERS[into]!, PARTITIONS);
    world.count(across ? 'merges across partitions' : 'merges');
  }),
);

/** All that is known of a user goes, with lists that are open and what checkpoints hold. */
const erasure = fc.constantFrom(...USERS).map((userId) =>
  command(`erase ${userId}`, (world) => {
    const event = { kind: 'erase', eventId: eventId(world), userId, timestamp: world.time.now() } as const;
    world.client.publish([{ ...event, version: 1 }]);
    world.count('users erased');
  }),
);

/** By a host that believes it owns the user, and so under its epoch, which may be over. */
const served = fc
  .record({
    host: which,
    userId: fc.constantFrom(...USERS),
    items: fc.uniqueArray(fc.constantFrom(...ITEMS), { minLength: 1, maxLength: 3 }),
    believing: fc.boolean(),
  })
  .map(({ host, userId, items, believing }) =>
    command(`${believing ? 'believing ' : ''}host ${host} serves ${items.join('')} to ${userId}`, (world) => {
      const believer = believing
        ? world.hosts.find(({ clock, crashed }) => clock.stopped && !crashed)
        : undefined;
      const list = (believer ?? world.host(host))?.serve(
        userId,
        items,
        `s${world.served.length}`,
        world.time.now(),
      );
      if (!list) return;
      world.served.push(list);
      world.count('lists served');
    }),
  );

/** A list as it was served: its propensities are those that the host wrote down. */
const servedShown = fc.tuple(fc.nat(30), fc.boolean()).map(([nth, clicked]) =>
  command(`show served list ${nth}${clicked ? ', clicked' : ''}`, (world) => {
    const list = world.served[nth % Math.max(1, world.served.length)];
    if (!list) return;
    const { userId, recommendationId, items } = list;
    const about = { userId, recommendationId, version: 1, timestamp: world.time.now() } as const;
    const id = eventId(world);
    const shown = items.map(({ itemId, position }) => ({ itemId, position }));
    const events: UserLogEvent[] = [{ ...about, kind: 'impression', eventId: id, items: shown }];
    if (clicked)
      events.push({
        ...about,
        kind: 'interaction',
        eventId: `${id}c`,
        type: 'click',
        itemId: items[0]!.itemId,
      });
    world.client.publish(events);
    world.count('served lists shown');
  }),
);

const onHost = (name: string, run: (world: World, host: NonNullable<ReturnType<World['host']>>) => void) =>
  which.map((nth) =>
    command(`${name} host ${nth}`, (world) => {
      const host = world.host(nth);
      if (!host) return;
      run(world, host);
      world.count(name);
    }),
  );

const faults = [
  onHost('crash', (world, host) => world.crash(host)),
  onHost('freeze', (_, host) => host.freeze()),
  onHost('stop the clock of', (_, host) => host.believe()),
  onHost('drain', (_, host) => void host.drain()),
  fc.constant(
    command('thaw', (world) => {
      for (const host of world.hosts) host.thaw();
    }),
  ),
  fc.tuple(partition, fc.integer({ min: 1, max: 3 })).map(([p, writes]) =>
    command(`forget ${writes} checkpoints of ${p}`, (world) => {
      if (world.checkpoints.forget(p, writes)) world.count('checkpoints forgotten');
    }),
  ),
  partition.map((p) =>
    command(`damage the checkpoint of ${p}`, (world) => {
      if (world.checkpoints.damage(p)) world.count('checkpoints damaged');
    }),
  ),
  fc.constant(
    command('crash the learner', (world) => {
      if (!world.learner) return;
      world.learner.crash();
      world.startLearner();
      world.count('learner crashed');
    }),
  ),
  fc.constant(
    command('forget the last snapshot', (world) => {
      if (world.snapshots.stored.pop()) world.count('snapshots forgotten');
    }),
  ),
];

const startHost = fc.constant(
  command('start a host', (world) => {
    if (world.hosts.length < 3) world.startHost();
  }),
);

/** A host is replaced by one that is configured otherwise: from its entry on, all hosts fold by that. */
const reconfigured = fc.tuple(which, fc.nat(FOLD_SETTINGS.length - 1)).map(([nth, settings]) =>
  command(`restart host ${nth} with settings ${settings}`, (world) => {
    const host = world.host(nth);
    if (host) world.crash(host);
    world.startHost(FOLD_SETTINGS[settings]);
    world.count('hosts restarted with settings of their own');
  }),
);

const resend = fc.nat(60).map((nth) =>
  command(`send event ${nth} again`, (world) => {
    if (world.client.sent.length > 0) world.count('events sent again');
    world.client.again(nth);
  }),
);

const saves = [
  which.map((nth) =>
    command(`checkpoint host ${nth}`, (world) => {
      for (const own of world.host(nth)?.partitions ?? []) void own.checkpoint();
    }),
  ),
  fc.constant(command('snapshot', (world) => world.learner?.snapshot())),
];

const steps = fc.integer({ min: 1, max: 40 }).map((n) =>
  command(`${n} steps`, async (world) => {
    for (let i = 0; i < n; i++) await world.step();
  }),
);
const pass = fc
  .integer({ min: 1, max: 15 })
  .map((n) => command(`${n} × 100 ms`, (world) => world.pass(n * 100)));

/** Each arbitrary as often as it should come. */
export const commands = fc.commands<Model, World, false>(
  [
    ...Array.from({ length: 7 }, () => published),
    ...Array.from({ length: 9 }, () => steps),
    ...[lateClick, lateClick, lateClick, merge, resend, resend, pass, pass, startHost, startHost],
    ...[...saves, ...saves],
    ...[erasure, served, served, servedShown, servedShown, servedShown, reconfigured],
    ...faults,
  ],
  { maxCommands: 60, size: 'max' },
);
