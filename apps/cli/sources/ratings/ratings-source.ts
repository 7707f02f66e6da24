/**
 * A folder of ratings as a stream of events in order of time, equal times in the file's order: first what is known of
 * items and users, then every rating with its value as it stands in the file. The ratings are held in memory.
 */
import { parseEvent } from '#events';
import { LineReader } from '../line-reader.js';
import type { EventSource, SourceEntry } from '../source.js';
import { readRatings, type TimedRating } from './ratings-file.js';
import {
  genresOf,
  itemFacts,
  parseItem,
  parseUser,
  userFacts,
  type ItemFacts,
  type UserFacts,
} from './side-information.js';

export interface RatingFiles {
  readonly ratings: string;
  readonly items?: string | undefined;
  readonly users?: string | undefined;
}

export interface RatingsSource extends EventSource {
  /** The ends of the scale, from the whole file: for predictors that are told them. */
  readonly low: number;
  readonly high: number;
}

/** @throws Error when the file is no ratings file, or has more than RATINGS_MAX */
export async function openRatings(files: RatingFiles): Promise<RatingsSource> {
  const { ratings, refused, bytes } = await readRatings(files.ratings);
  const items = new Map<string, ItemFacts>();
  const users = new Map<string, UserFacts>();
  for (const row of inFileOrder(ratings)) {
    if (row.genres !== undefined) items.set(row.item, itemFacts(undefined, genresOf(row.genres)));
    if (row.profile) users.set(row.user, userFacts(row.profile));
  }
  if (files.items) await readFacts(files.items, parseItem, items);
  if (files.users) await readFacts(files.users, parseUser, users);
  const start = Math.max(1, Math.floor((ratings[0]?.seconds ?? 1) * 1000));
  let done = 0;
  function* entries(): Iterable<SourceEntry> {
    for (const line of refused) yield { rejected: 'no rating', line };
    for (const [id, facts] of items) yield entry(upsert(id, facts, start), 0);
    for (const [id, facts] of users) yield entry(profile(id, facts, start), 0);
    for (const rating of ratings) {
      done++;
      yield entry(interaction(rating, start), rating.row + 1);
    }
  }
  return {
    bytesTotal: bytes,
    bytesRead: () => Math.round((bytes * done) / Math.max(1, ratings.length)),
    // eslint-disable-next-line @typescript-eslint/require-await
    entries: async function* () {
      yield* entries();
    },
    low: ratings.reduce((low, row) => Math.min(low, row.value), Infinity),
    high: ratings.reduce((high, row) => Math.max(high, row.value), -Infinity),
  };
}

async function readFacts<Facts>(
  path: string,
  parse: (line: string, file: string) => [string, Facts] | undefined,
  into: Map<string, Facts>,
): Promise<void> {
  const reader = await LineReader.open(path);
  for await (const line of reader.lines()) {
    const parsed = parse(line, path);
    if (parsed && parsed[0] !== 'movieId') into.set(...parsed);
  }
}

function entry(event: unknown, line: number): SourceEntry {
  const parsed = parseEvent(event);
  return parsed.ok ? { event: parsed.event } : { rejected: parsed.rejection.message, line };
}

function upsert(id: string, { title, genres, year }: ItemFacts, timestamp: number): object {
  const tags = year === undefined ? [] : [`decade:${String(year).slice(0, 3)}0`];
  return {
    kind: 'upsert',
    eventId: `ratings:item:${id}`,
    itemId: id,
    timestamp,
    mode: 'replace',
    fields: { title: title ?? id, categories: genres.slice(0, 16), tags },
  };
}

function profile(id: string, attributes: UserFacts, timestamp: number): object {
  return { kind: 'profile', eventId: `ratings:user:${id}`, userId: id, timestamp, attributes };
}

/** The last row that says anything of an item or user counts. */
function inFileOrder(ratings: readonly TimedRating[]): TimedRating[] {
  return [...ratings].sort((a, b) => a.row - b.row);
}

function interaction({ user, item, value, seconds, row }: TimedRating, start: number): object {
  return {
    kind: 'interaction',
    eventId: `ratings:${row}:${user}:${item}`.slice(0, 250),
    userId: user,
    type: 'rating',
    itemId: item,
    value,
    timestamp: Math.max(start, Math.floor(seconds * 1000)),
  };
}
