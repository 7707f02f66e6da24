/**
 * Ratings files of the MovieLens family as rows of one shape. The separator is found in the first line (`::`, tab, comma,
 * semicolon), the columns in its header; without a header they are user, item, rating, seconds. Where a file has
 * times, a row without one is none.
 */
export interface RatingRow {
  readonly user: string;
  readonly item: string;
  readonly value: number;
  /** Since the Unix epoch; undefined when the file has no times. */
  readonly seconds: number | undefined;
  /** What the row itself says of item and user, where the file has such columns. */
  readonly genres?: string | undefined;
  readonly profile?: Readonly<Record<string, string>> | undefined;
}

export type RowParser = (line: string) => RatingRow | undefined;

interface Columns {
  readonly user: number;
  readonly item: number;
  readonly rating: number;
  readonly seconds: number;
  readonly genres: number;
  readonly profile: readonly (readonly [name: string, column: number])[];
}

const PLAIN: Columns = { user: 0, item: 1, rating: 2, seconds: 3, genres: -1, profile: [] };

/** @returns how to read the file's lines, and whether its first line is a header; undefined for an unknown form */
export function rowParser(first: string): { parse: RowParser; header: boolean } | undefined {
  const separator = ['::', '\t', ';', ','].find((candidate) => first.includes(candidate));
  if (separator === undefined) return undefined;
  const fields = splitLine(first, separator);
  const named = headerColumns(fields);
  const columns = named ?? (fields.length > PLAIN.seconds ? PLAIN : { ...PLAIN, seconds: -1 });
  return {
    header: named !== undefined,
    parse: (line) => readRow(splitLine(line, separator), columns),
  };
}

/** Fields of a line; with commas or semicolons a field may stand in double quotes. */
export function splitLine(line: string, separator: string): string[] {
  if (separator.length > 1 || separator === '\t' || !line.includes('"')) return line.split(separator);
  const fields: string[] = [];
  let [field, quoted] = ['', false];
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (character === '"' && quoted && line[i + 1] === '"') field += line[++i];
    else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      fields.push(field);
      field = '';
    } else field += character;
  }
  return [...fields, field];
}

function headerColumns(names: readonly string[]): Columns | undefined {
  const column = (pattern: RegExp): number => names.findIndex((name) => pattern.test(name.trim()));
  const [user, item] = [column(/^user(_?id)?$/i), column(/^(item|movie)(_?id)?$/i)];
  const rating = column(/^rating$/i);
  if (user < 0 || item < 0 || rating < 0) return undefined;
  const profile = ['age', 'gender', 'occupation'].flatMap((name) => {
    const at = column(new RegExp(`^${name}$`, 'i'));
    return at < 0 ? [] : [[name, at] as const];
  });
  return { user, item, rating, seconds: column(/^timestamp$/i), genres: column(/^genres?$/i), profile };
}

function readRow(fields: readonly string[], columns: Columns): RatingRow | undefined {
  const [user, item] = [fields[columns.user]?.trim(), fields[columns.item]?.trim()];
  const text = fields[columns.rating]?.trim();
  const timed = columns.seconds >= 0;
  const seconds = timed ? fields[columns.seconds]?.trim() : undefined;
  const value = Number(text);
  if (!user || !item || !text || !Number.isFinite(value)) return undefined;
  if (timed && (!seconds || !Number.isFinite(Number(seconds)))) return undefined;
  return {
    user,
    item,
    value,
    seconds: timed ? Number(seconds) : undefined,
    genres: columns.genres < 0 ? undefined : fields[columns.genres],
    ...(columns.profile.length > 0 && {
      profile: Object.fromEntries(columns.profile.map(([name, at]) => [name, fields[at] ?? ''])),
    }),
  };
}
