/**
 * How fast one core folds: events a second through decodeFrame → PartitionFold → encoded records, all users in memory.
 *
 *     npm run bench -- fold [--events 400000] [--json]
 *
 * 10,000 users, 10,000 items (2 categories, 6 tags, a brand, a price, 2 numeric attributes), frames of 50 events, 20 ms of
 * event time apart, a tick a frame, so that impressions close after half an hour as they do live. Three mixes: interactions
 * only, impressions of 10 only, 20 % impressions and 80 % interactions; each once with decoded frames and records thrown away (the
 * fold alone), and once from bytes to bytes. Then a seed platform's day (bench/seed-day/day.ts, a fiftieth of it), from bytes to bytes:
 * with all users in memory as they are used, and, as a host meets those that come back after a while, each unpacked for
 * its event and packed after it.
 *
 * Seconds are of CPU, the garbage collector's helpers included: what else the machine does meanwhile hardly matters.
 */
import { parseArgs } from 'node:util';
import { Catalogue } from '#catalogue';
import { settingsSchema } from '#config';
import {
  decodeFrame,
  encodeFeedbackRecord,
  encodeFrame,
  isItemEvent,
  type FeedbackRecord,
  type FrameEntry,
  type LogEvent,
} from '#events';
import { createUser, foldSettingsOf, PartitionFold, SettingsHistory, type UserState } from '#interest';
import { SeededRandom } from '#kernel';
import { printReport, type Figure } from './report/bench-report.js';
import { catalogueOf, dayOf, eventsOf } from './seed-day/day.js';
import { PackingUsers, type Users } from './seed-day/packing-users.js';

const USERS = 10_000;
const ITEMS = 10_000;
const LIST = 10;
const FRAME = 50;
/** Event time from one event to the next, ms. */
const EVENT_MS = 20;
/** Events made before each timed stretch. */
const STRETCH = 10_000;
const START = 1_750_000_000_000;
const TARGETS: Record<string, number> = { interactions: 250_000, impressions: 40_000 };
const DAY_SCALE = 1 / 50;

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, events: { type: 'string', default: '400000' } },
});

type Input = 'decoded' | 'bytes';

const events = Number(options.events);
const catalogue = madeCatalogue();
printReport(
  'fold',
  [
    ...measure('interactions', 0, events),
    ...measure('impressions', 1, events / 2),
    ...measure('mixed', 0.2, events / 2),
    measureDay('a day, bytes', new Map()),
    measureDay('a day, bytes, each user packed', new PackingUsers()),
  ],
  { users: USERS, items: ITEMS },
);

interface Frame {
  readonly bytes: Uint8Array;
  readonly entries: FrameEntry[];
  readonly at: number;
}

/** Folds `count` events, decoded beforehand and, over fresh users, from bytes. */
function measure(mix: string, impressionShare: number, count: number): Figure[] {
  return (['decoded', 'bytes'] as const).map((from) => ({
    name: `${mix}, ${from}`,
    value: count / secondsToFold(from, impressionShare, count),
    unit: 'events/s',
    ...(from === 'decoded' && TARGETS[mix] && { limit: { name: 'aim', value: TARGETS[mix] } }),
  }));
}

/** Frames are made between the timed stretches. */
function secondsToFold(from: Input, impressionShare: number, count: number): number {
  const fold = madeFold(catalogue, from);
  const random = new SeededRandom(7);
  let seconds = 0;
  for (let n = 0; n < count; n += STRETCH) {
    const frames = madeFrames(random, n, Math.min(STRETCH, count - n), impressionShare);
    seconds += timed(() => {
      for (const { bytes, entries, at } of frames)
        fold.fold(n, at, from === 'bytes' ? decodeFrame(bytes) : entries);
    });
  }
  return seconds;
}

function measureDay(name: string, users: Users): Figure {
  const day = dayOf(DAY_SCALE);
  const end = Date.UTC(2026, 0, 2);
  const items = new Catalogue();
  let place = 0;
  for (const event of catalogueOf(day, end))
    if (isItemEvent(event)) items.apply(event, { sequence: 0, index: place++ }, end);
  const fold = madeFold(items, 'bytes', users);
  let frames: Uint8Array[] = [];
  let batch: LogEvent[] = [];
  let seconds = 0;
  let sequence = 0;
  const foldFrames = () => {
    seconds += timed(() => {
      for (const bytes of frames) fold.fold(++sequence, end, decodeFrame(bytes));
    });
    frames = [];
  };
  for (const event of eventsOf(day, end, 1, 'scattered')) {
    if (batch.push(event) < FRAME) continue;
    frames.push(encodeFrame(batch));
    batch = [];
    if (frames.length * FRAME >= STRETCH) foldFrames();
  }
  foldFrames();
  return {
    name,
    value: day.events / seconds,
    unit: 'events/s',
    limit: { name: 'aim of a core', value: 62_500 },
  };
}

/** Seconds of CPU, of all threads of this process. */
function timed(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function madeFrames(random: SeededRandom, from: number, events: number, impressionShare: number): Frame[] {
  const frames: Frame[] = [];
  for (let n = from; n < from + events; n += FRAME) {
    const at = START + n * EVENT_MS;
    const batch: LogEvent[] = [{ kind: 'tick', eventId: `t${n}`, timestamp: at, version: 1, epoch: 1 }];
    for (let i = 0; i < FRAME; i++) batch.push(madeEvent(random, n + i, at + i * EVENT_MS, impressionShare));
    const bytes = encodeFrame(batch);
    frames.push({ bytes, entries: decodeFrame(bytes), at });
  }
  return frames;
}

function madeFold(items: Catalogue, from: Input, users: Users = new Map<string, UserState>()): PartitionFold {
  let bytes = 0;
  const encode = (record: FeedbackRecord) => void (bytes += encodeFeedbackRecord(record).length);
  return new PartitionFold(
    0,
    new SettingsHistory(foldSettingsOf(settingsSchema.parse({}))),
    items,
    {
      get: (id) => {
        let user = users.get(id);
        if (!user) users.set(id, (user = createUser(id)));
        return user;
      },
      touched: () => undefined,
      erase: (id) => void users.delete(id),
    },
    from === 'bytes' ? encode : () => undefined,
    () => undefined,
  );
}

function madeEvent(random: SeededRandom, n: number, timestamp: number, impressionShare: number): LogEvent {
  const base = {
    eventId: `e-${n.toString(36)}-000000000000`,
    userId: `user-${random.below(USERS)}`,
    timestamp,
    version: 1 as const,
  };
  if (random.next() < impressionShare) {
    const items = Array.from({ length: LIST }, () => ({ itemId: `item-${random.below(ITEMS)}` }));
    return { kind: 'impression', ...base, items, context: { device: 'phone' } };
  }
  const type = random.pick(['click', 'click', 'view', 'view', 'like', 'purchase']);
  return { kind: 'interaction', ...base, type, itemId: `item-${random.below(ITEMS)}` };
}

function madeCatalogue(): Catalogue {
  const random = new SeededRandom(3);
  const made = new Catalogue();
  for (let n = 0; n < ITEMS; n++) {
    made.apply(
      {
        kind: 'upsert',
        eventId: `i${n}`,
        itemId: `item-${n}`,
        timestamp: START - random.below(1e10),
        version: 1,
        mode: 'replace',
        fields: {
          title: `Item ${n}`,
          categories: [`c${random.below(20)}`, `c${random.below(20)}`],
          tags: Array.from({ length: 6 }, () => `t${random.below(500)}`),
          brand: `b${random.below(100)}`,
          price: random.below(200),
          attributes: { f_votes: random.next() * 10, f_rating: random.next() * 5 },
        },
      },
      { sequence: 0, index: n },
      START,
    );
  }
  return made;
}
