/**
 * What rating files' companions say of items and users, in any of MovieLens' forms:
 *
 *     movies.dat  id::Title (Year)::Genre|Genre      movies.csv  movieId,title,genres      u.item  id|title|…|19 flags
 *     users.dat   id::gender::age::occupation::zip   u.user      id|age|gender|occupation|zip
 */
import { splitLine } from './ratings-table.js';

export interface ItemFacts {
  readonly title?: string;
  readonly genres: readonly string[];
  readonly year?: number;
}

/** Attributes by name: age (in bands), gender, occupation. */
export type UserFacts = Readonly<Record<string, string>>;

/** The last 19 columns of u.item. */
const U_ITEM_GENRES =
  'unknown|Action|Adventure|Animation|Children|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western'.split(
    '|',
  );
const AGE_BANDS = [18, 25, 35, 45, 50, 56];

export function itemFacts(title: string | undefined, genres: readonly string[]): ItemFacts {
  const year = /\((\d{4})\)\s*$/.exec(title ?? '')?.[1];
  return {
    ...(title && { title: title.slice(0, 512) }),
    genres: genres.map((genre) => genre.trim()).filter((genre) => genre && genre !== '(no genres listed)'),
    ...(year && { year: Number(year) }),
  };
}

export function parseItem(line: string, file: string): [id: string, facts: ItemFacts] | undefined {
  if (file.includes('u.item')) {
    const fields = line.split('|');
    const flags = fields.slice(-U_ITEM_GENRES.length);
    return fields.length < U_ITEM_GENRES.length + 2
      ? undefined
      : [
          fields[0]!,
          itemFacts(
            fields[1],
            U_ITEM_GENRES.filter((_, i) => flags[i] === '1'),
          ),
        ];
  }
  const [id, title, genres] = splitLine(line, file.includes('.csv') ? ',' : '::');
  return id && title !== undefined ? [id, itemFacts(title, genresOf(genres))] : undefined;
}

export function parseUser(line: string, file: string): [id: string, facts: UserFacts] | undefined {
  const plain = file.includes('u.user');
  const [id, first, second, occupation] = line.split(plain ? '|' : '::');
  if (!id || first === undefined || second === undefined) return undefined;
  const [age, gender] = plain ? [first, second] : [second, first];
  return [id, userFacts({ age, gender, ...(occupation && { occupation }) })];
}

/** `Comedy|Drama`, `comedy, drama` */
export function genresOf(text: string | undefined): string[] {
  return (text ?? '').split(/[|,]/).map((genre) => genre.trim());
}

/** Ages in bands, so that neighbours share what is learnt. */
export function userFacts({ age, ...rest }: UserFacts): UserFacts {
  const years = Number(age);
  const band = AGE_BANDS.filter((from) => years >= from).at(-1) ?? 0;
  const kept = Object.entries(rest).filter(([, value]) => value !== '');
  return { ...(age && Number.isFinite(years) && { age: `from ${band}` }), ...Object.fromEntries(kept) };
}
