/**
 * Ratings and films of the MovieLens family, sorted by time (ties keep the file's order):
 *
 *     ratings.dat  user::movie::rating::seconds     1M, 10M, MovieTweetings; films in movies.dat
 *     u.data       user⇥movie⇥rating⇥seconds         100K; films in u.item
 *     ratings.csv  user,movie,rating,seconds        20M and later, with a header; films in movies.csv
 */
import { LineReader } from '../../../sources/line-reader.js';
import { mapMovie } from '../../../sources/movielens.js';
import type { Upsert } from '#events';
import { CliError } from '../../../terminal/exit.js';

export interface Rating {
  readonly user: string;
  readonly item: string;
  readonly value: number;
  /** Event time, ms. */
  readonly at: number;
}

export interface RatingsFile {
  readonly ratings: readonly Rating[];
  /** Lines that are no rating. */
  readonly refused: number;
}

const SEPARATOR = /::|\t|,/;

/** @throws CliError when not a single line is a rating */
export async function readRatings(path: string): Promise<RatingsFile> {
  const reader = await LineReader.open(path);
  const ratings: Rating[] = [];
  let refused = 0;
  let first = true;
  for await (const line of reader.lines()) {
    const rating = parseRating(line);
    if (rating) ratings.push(rating);
    else if (line.trim() !== '' && !first) refused++;
    first = false;
  }
  if (ratings.length === 0)
    throw new CliError(`${path} holds no rating: user::movie::rating::seconds, tabs or commas`);
  ratings.sort((a, b) => a.at - b.at);
  return { ratings, refused };
}

export function parseRating(line: string): Rating | undefined {
  const [user, item, value, seconds] = line.split(SEPARATOR);
  const at = Number(seconds) * 1000;
  if (!user || !item || !value || !seconds || !Number.isFinite(Number(value)) || !Number.isFinite(at))
    return undefined;
  return { user, item, value: Number(value), at };
}

/** The films by id. */
export async function readFilms(path: string): Promise<ReadonlyMap<string, Upsert>> {
  const reader = await LineReader.open(path);
  const films = new Map<string, Upsert>();
  for await (const line of reader.lines()) {
    const mapped = mapMovie(asMovieLine(line));
    if (mapped.ok && mapped.event.kind === 'upsert') films.set(mapped.event.itemId, mapped.event);
  }
  return films;
}

/** The genres of u.item, in the order of its last nineteen columns. */
const GENRES_100K =
  'unknown|Action|Adventure|Animation|Children|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western'.split(
    '|',
  );

/** A line of u.item or movies.csv as one of movies.dat. */
export function asMovieLine(line: string): string {
  if (line.includes('::')) return line;
  const columns = line.split('|');
  if (columns.length >= GENRES_100K.length + 5) {
    const flags = columns.slice(-GENRES_100K.length);
    return `${columns[0]}::${columns[1]}::${GENRES_100K.filter((_, i) => flags[i] === '1').join('|')}`;
  }
  const quoted = /^([^,]+),(?:"((?:[^"]|"")*)"|([^,]*)),(.*)$/.exec(line);
  return quoted
    ? `${quoted[1]}::${(quoted[2] ?? quoted[3] ?? '').replaceAll('""', '"')}::${quoted[4]}`
    : line;
}
