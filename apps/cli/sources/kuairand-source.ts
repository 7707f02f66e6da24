/** A KuaiRand-Pure folder as a stream of events: the videos, then the exposures in order of time. */
import { csvRows, type CsvRow } from './csv.js';
import { mapExposure, mapUser, mapVideo } from './kuairand.js';
import { LineReader } from './line-reader.js';
import type { EventSource, SourceEntry } from './source.js';

export interface KuaiRandFiles {
  readonly log: string;
  readonly videos: string;
  readonly users: string;
}

/** The log is sorted in memory. */
const ROWS_MAX = 12_000_000;

export async function openKuaiRand(files: KuaiRandFiles): Promise<EventSource> {
  const [log, videos, users] = await Promise.all(
    [files.log, files.videos, files.users].map((path) => LineReader.open(path)),
  );
  const readers = [log!, videos!, users!];
  async function* entries(): AsyncIterable<SourceEntry> {
    const exposures = await sortedByTime(log!);
    const start = Number(exposures[0]?.row.time_ms);
    for await (const { row, line } of csvRows(videos!)) {
      const event = mapVideo(row, start);
      yield event ? { event } : { rejected: 'no video', line };
    }
    const profiles = await byUser(users!);
    for (const { row, line } of exposures) {
      const profile = profiles.get(row.user_id!);
      const known = profile && mapUser(profile, Number(row.time_ms));
      if (known) yield { event: known };
      profiles.delete(row.user_id!);
      const events = mapExposure(row, line);
      if (events) for (const event of events) yield { event };
      else yield { rejected: 'no exposure', line };
    }
  }
  return {
    bytesTotal: readers.reduce((sum, reader) => sum + reader.bytesTotal, 0),
    bytesRead: () => readers.reduce((sum, reader) => sum + reader.bytesRead(), 0),
    entries,
  };
}

/** Stable: rows of one millisecond keep the file's order. */
async function sortedByTime(reader: LineReader): Promise<{ row: CsvRow; line: number }[]> {
  const rows: { row: CsvRow; line: number }[] = [];
  for await (const entry of csvRows(reader)) {
    rows.push(entry);
    if (rows.length > ROWS_MAX)
      throw new Error(`${reader.path} has more than ${ROWS_MAX} rows: cut it into parts by time`);
  }
  return rows.sort((a, b) => Number(a.row.time_ms) - Number(b.row.time_ms));
}

async function byUser(reader: LineReader): Promise<Map<string, CsvRow>> {
  const users = new Map<string, CsvRow>();
  for await (const { row } of csvRows(reader)) if (row.user_id) users.set(row.user_id, row);
  return users;
}
