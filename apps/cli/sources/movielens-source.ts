/**
 * A MovieLens folder as a stream of events: the films, then the ratings in order of time. Ratings files are sorted
 * by user, so the lines are held in memory to be sorted; `unsorted` streams them as they stand, in bounded memory.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { LineReader } from './line-reader.js';
import { mapLines } from './mapped-lines.js';
import { mapMovie, mapRating, STARS } from './movielens.js';
import type { EventSource, SourceEntry } from './source.js';

/** Beyond this many ratings sorting would take gigabytes: sort the file first and use --unsorted. */
export const SORTED_RATINGS_MAX = 12_000_000;

/** MovieTweetings rates from 0 to 10. */
const TEN = 10;

/** @param top the best rating of the scale; default: found in the ratings, or 5 when they are streamed unsorted */
export async function openMovieLens(folder: string, unsorted: boolean, top?: number): Promise<EventSource> {
  const movies = await LineReader.open(await existing(folder, 'movies.dat'));
  const ratings = await LineReader.open(await existing(folder, 'ratings.dat'));
  async function* entries(): AsyncIterable<SourceEntry> {
    yield* mapLines(movies.lines(), mapMovie);
    if (unsorted) yield* mapLines(ratings.lines(), (line) => mapRating(line, top));
    else {
      const sorted = await sortedByTime(ratings);
      const best = top ?? (sorted.some((line) => Number(line.split('::')[2]) > STARS) ? TEN : STARS);
      yield* mapLines(sorted, (line) => mapRating(line, best));
    }
  }
  return {
    bytesTotal: movies.bytesTotal + ratings.bytesTotal,
    bytesRead: () => movies.bytesRead() + ratings.bytesRead(),
    entries,
  };
}

/** Stable, so that equal seconds keep the file's order. */
async function sortedByTime(reader: LineReader): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of reader.lines()) {
    lines.push(line);
    if (lines.length > SORTED_RATINGS_MAX) {
      throw new Error(
        `${reader.path} has more than ${SORTED_RATINGS_MAX} ratings: sort it by its fourth field first, then import with --unsorted`,
      );
    }
  }
  const seconds = Float64Array.from(lines, (line) => Number(line.slice(line.lastIndexOf('::') + 2)) || 0);
  const order = Uint32Array.from(lines, (_, i) => i).sort((a, b) => seconds[a]! - seconds[b]! || a - b);
  return Array.from(order, (i) => lines[i]!);
}

async function existing(folder: string, name: string): Promise<string> {
  for (const path of [join(folder, name), join(folder, `${name}.gz`)]) {
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error(`${folder} holds neither ${name} nor ${name}.gz: give the folder of a MovieLens data set`);
}
