/**
 * MovieLens' `::` format (1M, 10M, MovieTweetings) as our events. Pure mappings of one line each:
 *
 *     movies.dat   id::Title (Year)::Genre|Genre       → upsert
 *     ratings.dat  user::movie::rating::seconds        → interaction of type `rating`, its value on five stars
 */
import { parseEvent } from '#events';
import type { Mapped } from './metarank.js';
import { parseItem, type ItemFacts } from './ratings/side-information.js';

/** Items get a date before every rating, so that the catalogue stands before its first use. */
export const MOVIES_TIMESTAMP_MS = Date.UTC(2000, 0, 1);

/** As many as leave room for genres and the year among the labels that engagements carry. */
const TITLE_WORDS_MAX = 4;
const COMMON_WORDS = new Set(
  'the of and in to for on at an part vol movie film la le les de du des el los der die das il un une'.split(
    ' ',
  ),
);

export function mapMovie(line: string): Mapped {
  const parsed = parseItem(line, 'movies.dat');
  return parsed ? mapFilm(...parsed) : { ok: false, reason: 'a movie line must read id::title::genres' };
}

/** The same of what any file says of a film. */
export function mapFilm(id: string, { title = '', genres, year }: ItemFacts): Mapped {
  return checked({
    kind: 'upsert',
    eventId: `movielens:movie:${id}`,
    itemId: id,
    timestamp: MOVIES_TIMESTAMP_MS,
    mode: 'replace',
    fields: {
      title,
      categories: genres.slice(0, 16),
      ...(year && { createdAt: Date.UTC(year, 0, 1) }),
      tags: [...titleWords(title), ...(year ? [`year:${year}`, `decade:${String(year).slice(0, 3)}0`] : [])],
    },
  });
}

/** The scale that the fold reads ratings on: `interactionWeight` of libs/interest. */
export const STARS = 5;

/** @param top the best rating of the file's scale */
export function mapRating(line: string, top = STARS): Mapped {
  const [user, movie, rating, seconds] = line.split('::');
  const value = (Number(rating) * STARS) / top;
  const timestamp = Number(seconds) * 1000;
  if (!user || !movie || !Number.isFinite(value) || !Number.isFinite(timestamp)) {
    return { ok: false, reason: 'a rating line must read user::movie::rating::seconds' };
  }
  if (value > STARS)
    return { ok: false, reason: `a rating is above ${top}: name the best rating with --top` };
  return checked({
    kind: 'interaction',
    eventId: `movielens:rating:${user}:${movie}:${seconds}`,
    userId: user,
    type: 'rating',
    itemId: movie,
    value,
    timestamp,
  });
}

function checked(event: unknown): Mapped {
  const parsed = parseEvent(event);
  return parsed.ok ? parsed : { ok: false, reason: parsed.rejection.message };
}

/** Words of a title that parts of a series share: no articles, no numbers. */
function titleWords(title: string): string[] {
  const words = title
    .replace(/\(\d{4}\)\s*$/, '')
    .toLowerCase()
    .normalize('NFKD')
    .split(/[^\p{Letter}]+/u)
    .filter((word) => word.length > 1 && !COMMON_WORDS.has(word));
  return [...new Set(words)].slice(0, TITLE_WORDS_MAX).map((word) => `title:${word.slice(0, 32)}`);
}
