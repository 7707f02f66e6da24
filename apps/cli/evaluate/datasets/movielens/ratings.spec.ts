import { asMovieLine, parseRating } from './ratings.js';

const rating = { user: '7', item: '42', value: 4, at: 978_300_760_000 };

it.each([
  ['1M and MovieTweetings', '7::42::4::978300760'],
  ['100K', '7\t42\t4\t978300760'],
  ['20M', '7,42,4.0,978300760'],
])('reads a rating of %s', (_, line) => {
  expect(parseRating(line)).toEqual(rating);
});

it.each(['userId,movieId,rating,timestamp', '', '7::42::4', '7::42::x::978300760'])(
  'takes %j for no rating',
  (line) => {
    expect(parseRating(line)).toBeUndefined();
  },
);

it('reads films of all formats as those of 1M', () => {
  const line = '2::Jumanji (1995)::Adventure|Children';
  const flags = Array.from({ length: 19 }, (_, genre) => (genre === 2 || genre === 4 ? 1 : 0)).join('|');
  expect(asMovieLine(line)).toBe(line);
  expect(asMovieLine('2,Jumanji (1995),Adventure|Children')).toBe(line);
  expect(asMovieLine('2,"Jumanji (1995)",Adventure|Children')).toBe(line);
  expect(asMovieLine(`2|Jumanji (1995)|01-Jan-1995||http://x|${flags}`)).toBe(line);
  expect(asMovieLine('3,"He said ""no"", she (1990)",Drama')).toBe('3::He said "no", she (1990)::Drama');
});
