/** What users do, and what is done for them: they are shown lists, click soon or late, become known, are served lists, are erased. */
import fc from 'fast-check';
import { partitionOf } from '#kernel';
import type { UserLogEvent } from './client.js';
import { command, which } from './command.js';
import { PARTITIONS, type World } from './world.js';

const USERS = ['ann', 'bob', 'cleo', 'dan', 'eve', 'visitor-1', 'visitor-2'];
const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function eventId(world: World): string {
  return `e${world.client.sent.length}`;
}

export const published = fc
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
export const lateClick = fc.tuple(fc.nat(30), fc.constantFrom(300, 1_900, 2_100, 9_000)).map(([nth, after]) =>
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

export const merge = fc.tuple(fc.constantFrom('visitor-1', 'visitor-2'), fc.nat(4)).map(([userId, into]) =>
  command(`merge ${userId} into ${into}`, (world) => {
    const event = { kind: 'merge', eventId: eventId(world), userId, timestamp: world.time.now() } as const;
    world.client.publish([{ ...event, version: 1, intoUserId: USERS[into]! }]);
    const across = partitionOf(userId, PARTITIONS) !== partitionOf(USERS[into]!, PARTITIONS);
    world.count(across ? 'merges across partitions' : 'merges');
  }),
);

/** All that is known of a user goes, with lists that are open and what checkpoints hold. */
export const erasure = fc.constantFrom(...USERS).map((userId) =>
  command(`erase ${userId}`, (world) => {
    const event = { kind: 'erase', eventId: eventId(world), userId, timestamp: world.time.now() } as const;
    world.client.publish([{ ...event, version: 1 }]);
    world.count('users erased');
  }),
);

/** By a host that believes it owns the user, and so under its epoch, which may be over. */
export const served = fc
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
export const servedShown = fc.tuple(fc.nat(30), fc.boolean()).map(([nth, clicked]) =>
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

export const resend = fc.nat(60).map((nth) =>
  command(`send event ${nth} again`, (world) => {
    if (world.client.sent.length > 0) world.count('events sent again');
    world.client.again(nth);
  }),
);
