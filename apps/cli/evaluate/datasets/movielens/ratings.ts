/** Who took which film when, and the films, as the next-item protocol needs them. */
import { basename } from 'node:path';
import type { Upsert } from '#events';
import { LineReader } from '../../../sources/line-reader.js';
import { mapFilm } from '../../../sources/movielens.js';
import { readRatings as readFile } from '../../../sources/ratings/ratings-file.js';
import { parseItem } from '../../../sources/ratings/side-information.js';
import { CliError } from '../../../terminal/exit.js';

export interface Rating {
  readonly user: string;
  readonly item: string;
  /** Event time, ms. */
  readonly at: number;
}

export interface Ratings {
  /** In order of time. */
  readonly ratings: readonly Rating[];
  /** Lines that are no rating. */
  readonly refused: number;
}

/** @throws CliError when not a single line is a rating */
export async function readRatings(path: string): Promise<Ratings> {
  const { ratings, refused } = await readFile(path);
  if (ratings.length === 0)
    throw new CliError(`${path} holds no rating: user::movie::rating::seconds, tabs or commas`);
  return {
    ratings: ratings.map(({ user, item, seconds }) => ({ user, item, at: seconds * 1000 })),
    refused: refused.length,
  };
}

/** The films by id. */
export async function readFilms(path: string): Promise<ReadonlyMap<string, Upsert>> {
  const reader = await LineReader.open(path);
  const films = new Map<string, Upsert>();
  for await (const line of reader.lines()) {
    const parsed = parseItem(line, basename(path));
    const mapped = parsed && mapFilm(...parsed);
    if (mapped?.ok && mapped.event.kind === 'upsert') films.set(mapped.event.itemId, mapped.event);
  }
  return films;
}
