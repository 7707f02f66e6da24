/**
 * Seeded ratings with a known truth, for tests: users and items of hidden level, taste and use of the scale. The same
 * options give the same ratings.
 */
import { SeededRandom } from '#kernel';

export interface SyntheticRatingsOptions {
  readonly seed: number;
  readonly users: number;
  readonly items: number;
  readonly ratings: number;
  readonly low: number;
  readonly high: number;
  readonly step: number;
  /** How far users drift over the stream, in standard deviations; default 0. */
  readonly drift?: number;
}

export interface SyntheticRating {
  readonly user: number;
  readonly item: number;
  readonly value: number;
  /** The item's genres. */
  readonly genres: readonly number[];
}

const GENRES = 12;
const FACTORS = 4;

export function* syntheticRatings(options: SyntheticRatingsOptions): Generator<SyntheticRating> {
  const { seed, users, items, ratings, low, high, step, drift = 0 } = options;
  const random = new SeededRandom(seed);
  const normals = (n: number, scale: number): number[] =>
    Array.from({ length: n }, () => scale * random.normal());
  const people = Array.from({ length: users }, () => ({
    bias: 0.4 * random.normal(),
    use: Math.exp(0.25 * random.normal()),
    tastes: normals(FACTORS, 1),
    genres: normals(GENRES, 0.15),
    phase: 6 * random.next(),
  }));
  const things = Array.from({ length: items }, () => ({
    bias: 0.5 * random.normal(),
    tastes: normals(FACTORS, 0.25),
    genres: Array.from({ length: 1 + random.below(2) }, () => random.below(GENRES)),
  }));
  const [centre, spread] = [low + 0.65 * (high - low), (high - low) / 4];
  for (let n = 0; n < ratings; n++) {
    const user = random.below(users);
    const item = Math.floor(items * random.next() ** 2);
    const [person, thing] = [people[user]!, things[item]!];
    let z = person.bias + thing.bias + drift * Math.sin(person.phase + (6 * n) / ratings);
    for (let f = 0; f < FACTORS; f++) z += person.tastes[f]! * thing.tastes[f]!;
    for (const genre of thing.genres) z += person.genres[genre]! / Math.sqrt(thing.genres.length);
    const felt = centre + spread * person.use * (z + 0.8 * random.normal());
    const value = Math.min(high, Math.max(low, low + Math.round((felt - low) / step) * step));
    yield { user, item, value, genres: thing.genres };
  }
}
