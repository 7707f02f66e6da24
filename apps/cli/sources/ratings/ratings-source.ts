/**
 * A folder of ratings as a stream of events in order of time, equal times in the file's order: first what is known of
 * items and users, then every rating with its value as it stands in the file. The ratings are held in memory.
 */
import { parseEvent } from '#events';
import { LineReader } from '../line-reader.js';
import type { EventSource, SourceEntry } from '../source.js';
import { rowParser, type RatingRow } from './ratings-table.js';
import {
  genresOf,
  itemFacts,
  parseItem,
  parseUser,
  userFacts,
  type ItemFacts,
  type UserFacts,
} from './side-information.js';

/** Beyond this many the memory of one process is not enough. */
export const RATINGS_MAX = 10_000_000;

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
  const { rows, refused, bytes } = await readRatings(files.ratings);
  const items = new Map<string, ItemFacts>();
  const users = new Map<string, UserFacts>();
  for (const row of rows) {
    if (row.genres !== undefined) items.set(row.item, itemFacts(undefined, genresOf(row.genres)));
    if (row.profile) users.set(row.user, userFacts(row.profile));
  }
  if (files.items) await readFacts(files.items, parseItem, items);
  if (files.users) await readFacts(files.users, parseUser, users);
  const times = rows.map(({ seconds }, i) => seconds ?? i + 1);
  const order = Uint32Array.from(rows, (_, i) => i).sort((a, b) => times[a]! - times[b]! || a - b);
  const start = Math.max(1, Math.floor((times[order[0]!] ?? 1) * 1000));
  let done = 0;
  function* entries(): Iterable<SourceEntry> {
    for (const line of refused) yield { rejected: 'no rating', line };
    for (const [id, facts] of items) yield entry(upsert(id, facts, start), 0);
    for (const [id, facts] of users) yield entry(profile(id, facts, start), 0);
    for (const i of order) {
      done++;
      yield entry(rating(rows[i]!, i, Math.max(start, Math.floor(times[i]! * 1000))), i + 1);
    }
  }
  return {
    bytesTotal: bytes,
    bytesRead: () => Math.round((bytes * done) / Math.max(1, rows.length)),
    // eslint-disable-next-line @typescript-eslint/require-await
    entries: async function* () {
      yield* entries();
    },
    low: rows.reduce((low, row) => Math.min(low, row.value), Infinity),
    high: rows.reduce((high, row) => Math.max(high, row.value), -Infinity),
  };
}

async function readRatings(path: string): Promise<{ rows: RatingRow[]; refused: number[]; bytes: number }> {
  const reader = await LineReader.open(path);
  const rows: RatingRow[] = [];
  const refused: number[] = [];
  let parser: ReturnType<typeof rowParser>;
  let line = 0;
  for await (const text of reader.lines()) {
    line++;
    if (text.trim() === '') continue;
    if (!parser) {
      parser = rowParser(text);
      if (!parser) throw new Error(`${path} is no ratings file: its first line has no separator`);
      if (parser.header) continue;
    }
    const row = parser.parse(text);
    if (row) rows.push(row);
    else refused.push(line);
    if (rows.length > RATINGS_MAX) throw new Error(`${path} has more than ${RATINGS_MAX} ratings`);
  }
  return { rows, refused, bytes: reader.bytesTotal };
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

function rating({ user, item, value }: RatingRow, row: number, timestamp: number): object {
  return {
    kind: 'interaction',
    eventId: `ratings:${row}:${user}:${item}`.slice(0, 250),
    userId: user,
    type: 'rating',
    itemId: item,
    value,
    timestamp,
  };
}
