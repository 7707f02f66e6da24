/** Comma-separated lines with a header, fields quoted where they hold a comma (RFC 4180, without line breaks in fields). */
import type { LineReader } from './line-reader.js';

/** A row by column names. */
export type CsvRow = Readonly<Record<string, string | undefined>>;

/** @throws Error when the file is empty */
export async function* csvRows(reader: LineReader): AsyncIterable<{ row: CsvRow; line: number }> {
  let header: string[] | undefined;
  let line = 0;
  for await (const text of reader.lines()) {
    line++;
    if (text.trim() === '') continue;
    const fields = splitCsv(text);
    if (header) yield { row: Object.fromEntries(header.map((name, i) => [name, fields[i]])), line };
    else header = fields;
  }
  if (!header) throw new Error(`${reader.path} is empty`);
}

export function splitCsv(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/gy;
  while (pattern.lastIndex < line.length) {
    const [, quoted, plain] = pattern.exec(line) ?? [];
    if (quoted === undefined && plain === undefined) break;
    fields.push(quoted?.replaceAll('""', '"') ?? plain!);
  }
  if (line.endsWith(',')) fields.push('');
  return fields;
}
