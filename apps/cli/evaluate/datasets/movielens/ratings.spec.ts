import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mapMovie } from '../../../sources/movielens.js';
import { readFilms, readRatings } from './ratings.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'rekappa-films-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

it('reads ratings in order of time, equal times in the order of the file, and counts what is none', async () => {
  const path = await written(
    'ratings.dat',
    '7::42::4::200\n8::41::4::100\n7::42::4\n9::40::x::50\n9::40::1::100\n',
  );
  expect(await readRatings(path)).toEqual({
    ratings: [
      { user: '8', item: '41', at: 100_000 },
      { user: '9', item: '40', at: 100_000 },
      { user: '7', item: '42', at: 200_000 },
    ],
    refused: 2,
  });
});

it('says so when there is no rating', async () => {
  await expect(
    readRatings(await written('ratings.csv', 'userId,movieId,rating,timestamp\n')),
  ).rejects.toThrow('holds no rating');
});

it('reads films of all formats as those of 1M', async () => {
  const mapped = mapMovie('2::Jumanji (1995)::Adventure|Children');
  const flags = Array.from({ length: 19 }, (_, genre) => (genre === 2 || genre === 4 ? 1 : 0)).join('|');
  const films = await Promise.all(
    Object.entries({
      'movies.dat': '2::Jumanji (1995)::Adventure|Children\n',
      'movies.csv': 'movieId,title,genres\n2,"Jumanji (1995)",Adventure|Children\n',
      'u.item': `2|Jumanji (1995)|01-Jan-1995||http://x|${flags}\n`,
    }).map(async ([name, text]) => readFilms(await written(name, text))),
  );
  for (const film of films) expect({ ok: true, event: film.get('2') }).toEqual(mapped);
});
