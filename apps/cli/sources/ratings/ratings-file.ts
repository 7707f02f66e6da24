/** A ratings file as rows in order of time, equal times in the file's order. The ratings are held in memory. */
import { LineReader } from '../line-reader.js';
import { rowParser, type RatingRow } from './ratings-table.js';

/** Beyond this many the memory of one process is not enough. */
export const RATINGS_MAX = 10_000_000;

/** A row of a file without times happens a second after the one before it. */
export interface TimedRating extends RatingRow {
  readonly seconds: number;
  /** In the file, from 0, lines that are no rating left out. */
  readonly row: number;
}

export interface RatingsFile {
  readonly ratings: readonly TimedRating[];
  /** Numbers of the lines that are no rating, from 1. */
  readonly refused: readonly number[];
  readonly bytes: number;
}

/** @throws Error when the file is no ratings file, or has more than RATINGS_MAX */
export async function readRatings(path: string): Promise<RatingsFile> {
  const reader = await LineReader.open(path);
  const ratings: TimedRating[] = [];
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
    const found = parser.parse(text);
    if (found) ratings.push({ ...found, seconds: found.seconds ?? ratings.length + 1, row: ratings.length });
    else refused.push(line);
    if (ratings.length > RATINGS_MAX) throw new Error(`${path} has more than ${RATINGS_MAX} ratings`);
  }
  ratings.sort((a, b) => a.seconds - b.seconds || a.row - b.row);
  return { ratings, refused, bytes: reader.bytesTotal };
}
