/** A day of news, for tests and benchmarks: stories live for minutes to hours, and what was read most of all time is no guide. */
import { SeededRandom } from '#kernel';

export interface Reading {
  /** Event time, ms. */
  readonly at: number;
  /** Stories count from 1. */
  readonly item: number;
}

/** A story every two minutes, ten readings a minute; readers choose by quality and age, which halves every `halfLifeMinutes`. */
export function syntheticNews(
  halfLifeMinutes: number,
  hours: number,
  seed: number,
  startAt: number,
): Reading[] {
  const random = new SeededRandom(seed);
  const stories: { at: number; quality: number }[] = [];
  const readings: Reading[] = [];
  for (let second = 0; second < hours * 3_600; second += 6) {
    if (second / 120 >= stories.length)
      stories.push({ at: second, quality: Math.exp(1.2 * random.normal()) });
    const appeal = stories.map(({ at, quality }) => quality * 2 ** ((at - second) / 60 / halfLifeMinutes));
    let point = random.next() * appeal.reduce((sum, value) => sum + value, 0);
    const chosen = appeal.findIndex((value) => (point -= value) < 0);
    readings.push({ at: startAt + second * 1_000, item: 1 + Math.max(0, chosen) });
  }
  return readings;
}
