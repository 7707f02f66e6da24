/**
 * The day of a shop platform of 1.3 million users, of whom 150,000 come and do 50 things each, with 100,000 items: 7.5
 * million events of about 500 bytes; one in ten is a list of ten, the others are what people do. The same at every run.
 * `scale` makes it smaller in users, items and events alike.
 *
 * People come in visits: five of ten events each, at any time of the day, with half a minute on average from one thing to the next.
 * 'scattered' is the worst case for whoever keeps users in memory: each of the events is anybody's, and nobody comes twice soon.
 */
import { partitionOf, SeededRandom } from '#kernel';
import type { LogEvent } from '#events';

const USERS = 150_000;
const ITEMS = 100_000;
const EVENTS_PER_USER = 50;
const DAY_MS = 86_400_000;
const TICK_MS = 60_000;
const VISITS = 5;
/** Mean event time between two events of a visit, ms. */
const PAUSE_MS = 30_000;
const LIST = 10;
const LIST_SHARE = 0.1;
const TYPES = ['view', 'view', 'view', 'view', 'click', 'click', 'click', 'like', 'cart', 'purchase'];

export interface Day {
  readonly users: number;
  readonly items: number;
  readonly events: number;
}

export function dayOf(scale: number): Day {
  const users = Math.round(USERS * scale);
  return { users, items: Math.round(ITEMS * scale), events: users * EVENTS_PER_USER };
}

export function* catalogueOf({ items }: Day, at: number): Generator<LogEvent> {
  const random = new SeededRandom(3);
  for (let n = 0; n < items; n++)
    yield {
      kind: 'upsert',
      eventId: `item-${n}`,
      itemId: itemId(n),
      timestamp: at,
      version: 1,
      mode: 'replace',
      fields: {
        title: `Item ${n}`,
        categories: [`category-${random.below(40)}`, `shelf-${random.below(400)}`],
        tags: Array.from({ length: 4 }, () => `tag-${random.below(2_000)}`),
        brand: `brand-${random.below(1_600)}`,
        price: 1 + random.below(200),
      },
    };
}

export const ARRIVALS = ['visits', 'scattered'] as const;
export type Arrival = (typeof ARRIVALS)[number];

/** In order of time, the last one at `end` or before; a tick a minute for each partition, as its owner appends them. */
export function* eventsOf(day: Day, end: number, partitions: number, arrival: Arrival): Generator<LogEvent> {
  const random = new SeededRandom(7);
  const start = end - DAY_MS;
  let ticked = start;
  let n = 0;
  for (const { at, user } of arrival === 'visits' ? visitsOf(day) : scattered(day, random)) {
    for (; start + at - ticked >= TICK_MS; ticked += TICK_MS)
      for (let p = 0; p < partitions; p++) yield tick(ticked, p);
    yield eventOf(n++, user, start + at, day, random);
  }
}

interface Arrived {
  /** Since the start of the day, ms. */
  readonly at: number;
  readonly user: number;
}

function* scattered(day: Day, random: SeededRandom): Generator<Arrived> {
  for (let n = 0; n < day.events; n++)
    yield { at: Math.round((n * DAY_MS) / day.events), user: random.below(day.users) };
}

/** Time and user in one number each, so that sorting them puts the day in order. */
function* visitsOf(day: Day): Generator<Arrived> {
  const random = new SeededRandom(11);
  const arrivals = new Float64Array(day.events);
  const longest = DAY_MS - 1;
  for (let n = 0, at = 0; n < day.events; n++) {
    const user = Math.floor(n / EVENTS_PER_USER);
    if (n % (EVENTS_PER_USER / VISITS) === 0) at = random.below(DAY_MS);
    else at += Math.round(-PAUSE_MS * Math.log(1 - random.next()));
    arrivals[n] = Math.min(at, longest) * day.users + user;
  }
  for (const arrival of arrivals.sort())
    yield { at: Math.floor(arrival / day.users), user: arrival % day.users };
}

/** Ticks carry no user: this names the partition that one is for. */
export function partitionOfEvent(event: LogEvent, partitions: number): number {
  if ('userId' in event) return partitionOf(event.userId, partitions);
  return Number(event.eventId.slice(event.eventId.lastIndexOf('-') + 1));
}

function tick(at: number, partition: number): LogEvent {
  return { kind: 'tick', eventId: `tick-${at}-${partition}`, timestamp: at, version: 1, epoch: 1 };
}

function eventOf(n: number, user: number, timestamp: number, day: Day, random: SeededRandom): LogEvent {
  const base = {
    eventId: `01hf8zq4-${n.toString(36).padStart(16, '0')}`,
    userId: `user-${String(user).padStart(8, '0')}`,
    timestamp,
    version: 1 as const,
  };
  const context = {
    device: random.pick(['phone', 'phone', 'tablet', 'desktop']),
    country: random.pick(['no', 'de', 'fr', 'pl']),
    page: '/shops/autumn-collection/knitwear-and-scarves',
    referrer: 'https://search.example/results?q=warm+scarf&from=newsletter',
    session: `session-${random.below(1e9).toString(36).padStart(12, '0')}`,
    build: 'storefront-web 2026.11.3',
  };
  if (random.next() < LIST_SHARE) {
    const items = Array.from({ length: LIST }, () => ({ itemId: popular(day, random) }));
    return { kind: 'impression', ...base, items, context };
  }
  return {
    kind: 'interaction',
    ...base,
    type: random.pick(TYPES),
    itemId: popular(day, random),
    recommendationId: `recommendation-${n.toString(36).padStart(12, '0')}`,
    context,
  };
}

/** A few items get most of what is done. */
function popular({ items }: Day, random: SeededRandom): string {
  return itemId(Math.floor(items * random.next() ** 3));
}

const itemId = (n: number): string => `item-${String(n).padStart(8, '0')}`;
