import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRatings, type RatingFiles } from './ratings-source.js';
import { rowParser } from './ratings-table.js';

async function events(files: Record<string, string>, names: RatingFiles) {
  const folder = await mkdtemp(join(tmpdir(), 'rekappa-ratings-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const at = (name: string | undefined) => name && join(folder, name);
  const source = await openRatings({
    ratings: at(names.ratings)!,
    items: at(names.items),
    users: at(names.users),
  });
  const entries = [];
  for await (const entry of source.entries()) entries.push('event' in entry ? entry.event : entry);
  return { source, entries };
}

describe('A ratings file', () => {
  it.each([
    ['ratings.dat', '7::31::2.5::100'],
    ['u.data', '7\t31\t2.5\t100'],
    ['ratings.csv', 'userId,movieId,rating,timestamp\n7,31,2.5,100'],
    ['another order', 'timestamp;rating;item;user\n100;2.5;31;7'],
  ])('is read in the form of %s', (_name, text) => {
    const [first, second] = text.split('\n');
    const found = rowParser(first!)!;
    expect(found.header).toBe(second !== undefined);
    expect(found.parse(second ?? first!)).toMatchObject({ user: '7', item: '31', value: 2.5, seconds: 100 });
  });

  it('comes in order of time, equal times in the file’s order, and lines that are no rating are told', async () => {
    const text = '1::a::5::200\n2::b::4::100\nno rating\n3::c::3::200\n4::d::x::200\n5::e::1::100\n';
    const { source, entries } = await events({ 'ratings.dat': text }, { ratings: 'ratings.dat' });
    expect(
      entries.filter((entry) => 'rejected' in entry).map((entry) => 'line' in entry && entry.line),
    ).toEqual([3, 5]);
    expect(entries.flatMap((entry) => ('itemId' in entry ? [entry.itemId] : []))).toEqual([
      'b',
      'e',
      'a',
      'c',
    ]);
    expect([source.low, source.high]).toEqual([1, 5]);
  });

  it('takes genres, years, ages and occupations from MovieLens 100K’s companions', async () => {
    const flags = Array.from({ length: 19 }, (_, i) => (i === 5 || i === 8 ? 1 : 0)).join('|');
    const { entries } = await events(
      {
        'u.data': '1\t9\t3\t881250949\n',
        'u.item': `9|Il Postino (1994)|01-Jan-1994||http://x|${flags}\n`,
        'u.user': '1|24|M|technician|85711\n',
      },
      { ratings: 'u.data', items: 'u.item', users: 'u.user' },
    );
    expect(entries).toMatchObject([
      { kind: 'upsert', fields: { categories: ['Comedy', 'Drama'], tags: ['decade:1990'] } },
      { kind: 'profile', attributes: { age: 'from 18', gender: 'M', occupation: 'technician' } },
      { kind: 'interaction', type: 'rating', value: 3, timestamp: 881_250_949_000 },
    ]);
  });

  it('takes quoted titles, and users of MovieLens 1M', async () => {
    const { entries } = await events(
      {
        'ratings.csv': 'userId,movieId,rating,timestamp\n1,11,4.0,964982703\n',
        'movies.csv': 'movieId,title,genres\n11,"American President, The (1995)",Comedy|Drama\n',
        'users.dat': '1::F::1::10::48067\n',
      },
      { ratings: 'ratings.csv', items: 'movies.csv', users: 'users.dat' },
    );
    expect(entries).toMatchObject([
      { fields: { title: 'American President, The (1995)', categories: ['Comedy', 'Drama'] } },
      { attributes: { age: 'from 0', gender: 'F', occupation: '10' } },
      { kind: 'interaction', value: 4 },
    ]);
  });
});
