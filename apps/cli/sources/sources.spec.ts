import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { LineReader } from './line-reader.js';
import { openMetarank } from './metarank-source.js';
import { openMovieLens } from './movielens-source.js';
import type { EventSource, SourceEntry } from './source.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'rekappa-sources-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const all = async (source: EventSource): Promise<SourceEntry[]> => {
  const entries: SourceEntry[] = [];
  for await (const entry of source.entries()) entries.push(entry);
  return entries;
};

describe('lines', () => {
  it('are the same plain or gzipped, with any line end, the last one unfinished', async () => {
    const text = `${'a'.repeat(300_000)}\r\nzweite Zeile: ü\n\nlast`;
    await writeFile(join(folder, 'plain'), text);
    await writeFile(join(folder, 'packed.gz'), gzipSync(text));
    for (const name of ['plain', 'packed.gz']) {
      const reader = await LineReader.open(join(folder, name));
      const lines: string[] = [];
      for await (const line of reader.lines()) lines.push(line);
      expect(lines).toEqual(['a'.repeat(300_000), 'zweite Zeile: ü', '', 'last']);
      expect(reader.bytesRead()).toBe(reader.bytesTotal);
    }
  });

  it('that are no UTF-8 are read as Latin-1', async () => {
    await writeFile(join(folder, 'latin'), Buffer.from('1::Misérables, Les (1995)::Drama\n', 'latin1'));
    const reader = await LineReader.open(join(folder, 'latin'));
    for await (const line of reader.lines()) expect(line).toBe('1::Misérables, Les (1995)::Drama');
  });
});

describe('a Metarank file', () => {
  it('yields good events and names the bad lines', async () => {
    const path = join(folder, 'events.jsonl');
    await writeFile(path, '{"event":"item","id":"e","item":"1","timestamp":5,"fields":[]}\nnonsense\n');
    const entries = await all(await openMetarank(path));
    expect(entries).toMatchObject([{ event: { kind: 'upsert' } }, { rejected: 'not JSON', line: 2 }]);
  });
});

describe('a MovieLens folder', () => {
  it('yields films first, then ratings in order of time, with ids that repeat', async () => {
    await writeFile(join(folder, 'movies.dat'), '10::Heat (1995)::Action|Crime\n');
    await writeFile(
      join(folder, 'ratings.dat.gz'),
      gzipSync('1::10::5::978300760\n2::10::3::978300700\n3::10::x::1\n'),
    );
    const entries = await all(await openMovieLens(folder, false));
    expect(entries).toMatchObject([
      {
        event: {
          kind: 'upsert',
          itemId: '10',
          fields: {
            title: 'Heat (1995)',
            categories: ['Action', 'Crime'],
            tags: ['title:heat', 'year:1995', 'decade:1990'],
          },
        },
      },
      { rejected: expect.stringContaining('rating line') },
      {
        event: {
          kind: 'interaction',
          type: 'rating',
          userId: '2',
          value: 3,
          timestamp: 978300700000,
          eventId: 'movielens:rating:2:10:978300700',
        },
      },
      { event: { userId: '1', value: 5 } },
    ]);
    expect(await all(await openMovieLens(folder, false))).toEqual(entries);
  });

  it('puts ratings on a scale of ten on five stars, and names those above the scale it is told', async () => {
    const shared = await mkdtemp(join(tmpdir(), 'rekappa-ratings-'));
    await writeFile(join(shared, 'movies.dat'), '10::Heat (1995)::Action\n');
    await writeFile(join(shared, 'ratings.dat'), '1::10::4::978300700\n2::10::9::978300760\n');
    expect((await all(await openMovieLens(shared, false))).slice(1)).toMatchObject([
      { event: { value: 2 } },
      { event: { value: 4.5 } },
    ]);
    expect((await all(await openMovieLens(shared, false, 5))).slice(1)).toMatchObject([
      { event: { value: 4 } },
      { rejected: expect.stringContaining('--top') },
    ]);
    await rm(shared, { recursive: true });
  });

  it('that is none says so', async () => {
    await expect(openMovieLens(folder, false)).rejects.toThrow('neither movies.dat nor movies.dat.gz');
  });
});
