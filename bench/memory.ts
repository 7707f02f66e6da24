/**
 * Memory of users: what the states of a seed platform's day weigh, all of them resident.
 *
 *     npm run bench -- memory [--scale 0.1] [--json]
 *
 * bench/seed-day/day.ts at this scale (1: 150,000 users with 50 events each, 100,000 items), folded in this process; memory is
 * what is in use after a full collection, heap and buffers. Packed is how a host keeps users that are not in use, squeezed those that
 * were not used for a minute (libs/actor). The catalogue is the whole one at any scale: labels are as many as on the day.
 */
import { parseArgs } from 'node:util';
import { PackedActors } from '#actor';
import { Catalogue } from '#catalogue';
import { settingsSchema } from '#config';
import { isItemEvent } from '#events';
import {
  createUser,
  foldSettingsOf,
  packUser,
  PartitionFold,
  SettingsHistory,
  squeezeUser,
  userBytes,
  type UserState,
} from '#interest';
import { printReport, type Figure } from './report/bench-report.js';
import { catalogueOf, dayOf, eventsOf } from './seed-day/day.js';

const FULL_DAY_USERS = 150_000;
const MEGABYTE = 2 ** 20;
const AIM_MB = 400;
const collect = globalThis.gc;

const { values } = parseArgs({
  options: { scale: { type: 'string', default: '0.1' }, json: { type: 'boolean', default: false } },
});
const day = { ...dayOf(Number(values.scale)), items: dayOf(1).items };
const end = Date.UTC(2026, 0, 2);
const users = new Map<string, UserState>();
const catalogue = new Catalogue();

const empty = used();
let place = 0;
for (const event of catalogueOf(day, end))
  if (isItemEvent(event)) catalogue.apply(event, { sequence: 0, index: place++ }, end);
const withItems = used();
fold();
const withUsers = used();
const count = users.size;
let estimated = 0;
for (const user of users.values()) estimated += userBytes(user);
const packed = new PackedActors();
const packSeconds = timed(() => {
  for (const user of users.values())
    packed.add(user.userId, { bytes: packUser(user), usedAt: 0, known: true });
});
users.clear();
const withPacked = used();
const squeezeSeconds = timed(() => packed.squeeze(Infinity, Infinity, squeezeUser));
const withSqueezed = used();
const perUser = (withUsers - withItems) / count;
const perPacked = (withPacked - withItems) / count;
const perSqueezed = (withSqueezed - withItems) / count;
printReport(
  'memory',
  [
    {
      name: 'a user',
      value: perUser,
      unit: 'bytes',
      limit: { name: 'own estimate', value: estimated / count },
    },
    { name: 'a user, packed', value: perPacked, unit: 'bytes', limit: { name: 'in use', value: perUser } },
    {
      name: 'a user, squeezed',
      value: perSqueezed,
      unit: 'bytes',
      limit: { name: 'in use', value: perUser },
    },
    ofTheDay('in use', perUser),
    ofTheDay('packed', perPacked),
    ofTheDay('squeezed', perSqueezed),
    { name: 'to pack one', value: (packSeconds / count) * 1e6, unit: 'µs of CPU' },
    { name: 'to squeeze one', value: (squeezeSeconds / count) * 1e6, unit: 'µs of CPU' },
    { name: 'an item of the catalogue', value: (withItems - empty) / day.items, unit: 'bytes' },
  ],
  { users: count, items: day.items, events: day.events },
);

function ofTheDay(how: string, bytesEach: number): Figure {
  return {
    name: `${FULL_DAY_USERS.toLocaleString('en')} users, ${how}`,
    value: (bytesEach * FULL_DAY_USERS) / MEGABYTE,
    unit: 'MB',
    limit: { name: 'aim', value: AIM_MB },
  };
}

/** Seconds of CPU. */
function timed(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function fold(): void {
  const partition = new PartitionFold(
    0,
    new SettingsHistory(foldSettingsOf(settingsSchema.parse({}))),
    catalogue,
    {
      get(id) {
        const known = users.get(id);
        if (known) return known;
        const user = createUser(id);
        users.set(id, user);
        return user;
      },
      touched: () => undefined,
      erase: (id) => void users.delete(id),
    },
    () => undefined,
    () => undefined,
  );
  let sequence = 0;
  for (const event of eventsOf(day, end, 1, 'scattered'))
    partition.fold(++sequence, end, [{ index: 0, event }]);
}

/** Bytes in use after a full collection. */
function used(): number {
  if (!collect) throw new Error('node --expose-gc: npm run bench sees to it');
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
