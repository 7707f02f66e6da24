/**
 * A campaign of the Open Bandit Dataset (Saito et al. 2020) as the Open Bandit Pipeline reads it: rows by time; context =
 * one-hot user features without each one's first level; action context = the item's features, categories by their
 * index in sorted order; position = rank 0, 1, 2.
 */
import { LineReader } from '../../../sources/line-reader.js';

export interface BanditRow {
  readonly action: number;
  /** 0-based slot. */
  readonly position: number;
  readonly reward: number;
  /** Probability with which the policy that ran chose the action there. */
  readonly propensity: number;
  readonly context: readonly number[];
}

export interface BanditFiles {
  /** The log of the random policy. */
  readonly random: string;
  /** The log of the evaluated policy itself: the truth, as far as its clicks tell. */
  readonly evaluated: string;
  readonly items: string;
  /** π(item | position) of the evaluated policy. */
  readonly distribution: string;
}

export interface BanditLog {
  readonly rows: readonly BanditRow[];
  /** By action. */
  readonly actionContext: readonly (readonly number[])[];
  /** By action, then by position. */
  readonly evaluated: readonly (readonly number[])[];
  readonly onPolicy: { readonly rows: number; readonly mean: number };
}

type Row = Readonly<Record<string, string>>;

/** @throws Error naming the file and what it lacks */
export async function readBanditLog(files: BanditFiles): Promise<BanditLog> {
  const [random, evaluated, items, distribution] = await Promise.all(
    [files.random, files.evaluated, files.items, files.distribution].map(readCsv),
  );
  const byTime = random!.sort((a, b) => (a.timestamp! < b.timestamp! ? -1 : 1));
  const contexts = oneHot(byTime, 'user_feature');
  const slots = [...new Set(byTime.map((row) => Number(row.position)))].sort((a, b) => a - b);
  const clicks = evaluated!.reduce((sum, row) => sum + Number(row.click), 0);
  return {
    rows: byTime.map((row, i) => ({
      action: Number(row.item_id),
      position: slots.indexOf(Number(row.position)),
      reward: Number(row.click),
      propensity: Number(row.propensity_score),
      context: contexts[i]!,
    })),
    actionContext: labelled(byItem(items!), 'item_feature'),
    evaluated: byItem(distribution!).map((row) =>
      slots.map((_, position) => Number(row[`pos${position + 1}`])),
    ),
    onPolicy: { rows: evaluated!.length, mean: clicks / evaluated!.length },
  };
}

/** Plain comma-separated values with a header; the data set quotes nothing. */
async function readCsv(path: string): Promise<Row[]> {
  const reader = await LineReader.open(path);
  const rows: Row[] = [];
  let names: string[] | undefined;
  for await (const line of reader.lines()) {
    const values = line.split(',');
    if (!names) {
      names = values;
      continue;
    }
    if (values.length !== names.length)
      throw new Error(
        `${path}: row ${rows.length + 1} has ${values.length} fields instead of ${names.length}`,
      );
    rows.push(Object.fromEntries(names.map((name, i) => [name, values[i]!])));
  }
  if (rows.length === 0) throw new Error(`${path} holds no rows`);
  return rows;
}

const byItem = (rows: Row[]): Row[] => rows.sort((a, b) => Number(a.item_id) - Number(b.item_id));

const columnsOf = (rows: readonly Row[], prefix: string): string[] =>
  Object.keys(rows[0]!).filter((name) => name.startsWith(prefix));

const levels = (rows: readonly Row[], column: string): string[] =>
  [...new Set(rows.map((row) => row[column]!))].sort();

/** One column a level but the first, which is then all zeros. */
function oneHot(rows: readonly Row[], prefix: string): number[][] {
  const indicators = columnsOf(rows, prefix).flatMap((column) =>
    levels(rows, column)
      .slice(1)
      .map((level) => ({ column, level })),
  );
  return rows.map((row) => indicators.map(({ column, level }) => (row[column] === level ? 1 : 0)));
}

/** Numbers as they are, categories by their index in sorted order. */
function labelled(rows: readonly Row[], prefix: string): number[][] {
  const readers = columnsOf(rows, prefix).map((column) => {
    if (rows.every((row) => Number.isFinite(Number(row[column])))) return (row: Row) => Number(row[column]);
    const known = levels(rows, column);
    return (row: Row) => known.indexOf(row[column]!);
  });
  return rows.map((row) => readers.map((read) => read(row)));
}
