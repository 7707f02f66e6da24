/**
 * Trending: share of next items among the ten most popular, by decayed counts and by counts within a sliding window.
 *
 *     REKAPPA_DATA=~/data npm run bench -- trending [--json]
 *
 * Prequential: each item is looked for before it is counted. What serves decays counts by six half-lives at once and chooses
 * among them online (docs/learning.md, Trending). Beside it stand counts within the last so many seconds, for the same six
 * lengths, exactly, newer items first where counts are equal, and all-time counts.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { key53 } from '#kernel';
import { ItemStatistics, POPULARITY_SECONDS, syntheticNews, windowOf, type Reading } from '#learning';
import { printReport, type Figure } from './report/bench-report.js';
import { SlidingCounts } from './report/sliding-counts.js';

const TOP = 10;
const START = 1_700_000_000_000;
const ITEMS_MAX = 1_000_000;
const LENGTHS = ['1 min', '10 min', '1 h', '6 h', '1 day', '7 days'];

parseArgs({ options: { json: { type: 'boolean', default: false } } });
const streams: readonly (readonly [string, readonly Reading[]])[] = [
  ...[20, 60, 360].map(
    (minutes) => [`news, ${minutes} min`, syntheticNews(minutes, 24, minutes, START)] as const,
  ),
  ...recorded(),
];
printReport(
  'trending',
  streams.flatMap(([name, readings]) => figuresOf(name, readings)),
  {},
);

function figuresOf(name: string, readings: readonly Reading[]): Figure[] {
  const statistics = new ItemStatistics({ priorImpressions: 20, itemsMax: ITEMS_MAX });
  const windows = POPULARITY_SECONDS.map((seconds) => new SlidingCounts(seconds * 1_000));
  const allTime = new SlidingCounts(Infinity);
  const hits = { decayed: LENGTHS.map(() => 0), windowed: LENGTHS.map(() => 0), chosen: 0, allTime: 0 };
  const best = new Float64Array(TOP);
  for (const { at, item } of readings) {
    const inBest = (window: number): boolean =>
      best.subarray(0, statistics.trendingKeys(TOP, at, window, best)).includes(item);
    POPULARITY_SECONDS.forEach((_, w) => {
      if (inBest(w)) hits.decayed[w]!++;
      if (windows[w]!.isAmongBest(item, TOP, at)) hits.windowed[w]!++;
    });
    if (inBest(windowOf(statistics.bestWindowSeconds))) hits.chosen++;
    if (allTime.isAmongBest(item, TOP, at)) hits.allTime++;
    statistics.recordEngagement(item, 1, at);
    for (const counts of [...windows, allTime]) counts.add(item, at);
  }
  const figure = (counted: string, found: number, note?: string): Figure => ({
    name: `${name}: ${counted}`,
    value: found / readings.length,
    unit: 'of next items',
    ...(note === undefined ? {} : { note }),
  });
  const mostWindowed = Math.max(...hits.windowed);
  return [
    figure('all time', hits.allTime, `${readings.length.toLocaleString('en')} in order of time`),
    ...LENGTHS.map((length, w) => ({
      ...figure(`half-life ${length}`, hits.decayed[w]!),
      limit: { name: `window of ${length}`, value: hits.windowed[w]! / readings.length },
    })),
    {
      ...figure('half-life chosen online', hits.chosen),
      limit: {
        name: `best window, ${LENGTHS[hits.windowed.indexOf(mostWindowed)]}`,
        value: mostWindowed / readings.length,
      },
    },
  ];
}

function recorded(): (readonly [string, Reading[]])[] {
  const { REKAPPA_DATA: data } = process.env;
  if (!data) {
    process.stderr.write('REKAPPA_DATA is not set: only simulated news are measured\n');
    return [];
  }
  const ratings = lines(join(data, 'movietweetings-100k', 'ratings.dat')).map((line) => {
    const [, film, , seconds] = line.split('::');
    return { at: Number(seconds) * 1_000, item: key53(film!) };
  });
  const [head, ...rows] = lines(join(data, 'kuairand-pure', 'log_standard_0425_0503.csv')).map((line) =>
    line.split(','),
  );
  const [video, time, click] = ['video_id', 'time_ms', 'is_click'].map((name) => head!.indexOf(name));
  const clicks = rows
    .filter((row) => row[click!] === '1')
    .map((row) => ({ at: Number(row[time!]), item: key53(row[video!]!) }));
  return [
    ['MovieTweetings', inOrder(ratings)],
    ['KuaiRand', inOrder(clicks)],
  ];
}

function inOrder(readings: Reading[]): Reading[] {
  return readings.sort((a, b) => a.at - b.at);
}

function lines(path: string): string[] {
  const text = existsSync(path)
    ? readFileSync(path, 'utf8')
    : gunzipSync(readFileSync(`${path}.gz`)).toString('utf8');
  return text.split(/\r?\n/).filter((line) => line !== '');
}
