/**
 * How fast one core folds: events a second through decodeFrame → PartitionFold with all users in memory.
 *
 *     node dist/bench/fold.js [--json] [--events 400000]
 *
 * 10,000 users, 10,000 items (2 categories, 6 tags, a brand, a price, 2 numeric attributes), frames of 50 events, 20 ms of
 * event time apart, a tick a frame, so that impressions close after half an hour as they do live. Three mixes: interactions only, impressions of 10 only, 20 % impressions
 * and 80 % interactions; each once with decoded frames (the fold alone) and once from bytes.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Catalogue } from '#catalogue';
import { settingsSchema } from '#config';
import { decodeFrame, encodeFrame, type FrameEntry, type LogEvent } from '#events';
import { createUser, foldSettingsOf, PartitionFold, type UserState } from '#interest';
import { SeededRandom } from '#kernel';

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

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, events: { type: 'string', default: '400000' } },
});

const catalogue = madeCatalogue();
const results = [
  measure('interactions', 0, Number(options.events)),
  measure('impressions', 1, Number(options.events) / 2),
  measure('mixed', 0.2, Number(options.events) / 2),
].flat();

if (options.json) {
  console.log(JSON.stringify({ bench: 'fold', machine: machine(), results }));
} else {
  console.log(machine());
  for (const { mix, from, eventsPerSecond, target } of results) {
    const goal = target ? `   (aim ${target.toLocaleString('en')})` : '';
    console.log(
      `${mix.padEnd(13)} ${from.padEnd(8)} ${Math.round(eventsPerSecond).toLocaleString('en').padStart(10)} events/s${goal}`,
    );
  }
}

interface Frame {
  readonly bytes: Uint8Array;
  readonly entries: FrameEntry[];
  readonly at: number;
}

/** Folds `events` events, decoded beforehand and, over fresh users, from bytes. */
function measure(mix: string, impressionShare: number, events: number) {
  return (['decoded', 'bytes'] as const).map((from) => ({
    mix,
    from,
    events,
    eventsPerSecond: events / secondsToFold(from, impressionShare, events),
    target: from === 'decoded' ? TARGETS[mix] : undefined,
  }));
}

/** Frames are made between the timed stretches. */
function secondsToFold(from: 'decoded' | 'bytes', impressionShare: number, events: number): number {
  const fold = madeFold();
  const random = new SeededRandom(7);
  let seconds = 0;
  for (let n = 0; n < events; n += STRETCH) {
    const frames = madeFrames(random, n, Math.min(STRETCH, events - n), impressionShare);
    seconds += timed(() => {
      for (const { bytes, entries, at } of frames)
        fold.fold(n, at, from === 'bytes' ? decodeFrame(bytes) : entries);
    });
  }
  return seconds;
}

/** Seconds of wall clock. */
function timed(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
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

function madeFold(): PartitionFold {
  const users = new Map<string, UserState>();
  let records = 0;
  return new PartitionFold(
    0,
    foldSettingsOf(settingsSchema.parse({})),
    catalogue,
    {
      get: (id) => {
        let user = users.get(id);
        if (!user) users.set(id, (user = createUser(id)));
        return user;
      },
      touched: () => undefined,
      erase: (id) => void users.delete(id),
    },
    () => void records++,
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

function machine(): string {
  return `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`;
}
