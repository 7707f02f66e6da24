/** The demo shop: about 600 items, the same on every machine. */
import { fnv1a32, SeededRandom } from '#kernel';
import { BOOKS } from './shelf-books.js';
import { FILMS } from './shelf-films.js';
import { RECORDS } from './shelf-records.js';
import { THINGS, type ThingLine } from './shelf-things.js';

export interface DemoItem {
  readonly id: string;
  readonly title: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly brand: string;
  readonly price: number;
}

export function demoCatalogue(): DemoItem[] {
  return [
    ...shelf('books', BOOKS, [6, 32]),
    ...shelf('films', FILMS, [5, 25]),
    ...shelf('records', RECORDS, [12, 48]),
    ...THINGS.flatMap(things),
  ];
}

/** Lines of `title / maker / genre / tags`. */
function shelf(section: string, lines: string, price: readonly [number, number]): DemoItem[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => {
      const [title, maker, genre, tags] = line.split(' / ') as [string, string, string, string];
      return item(section, genre, title, tags.split(', '), maker, price);
    });
}

function things(line: ThingLine): DemoItem[] {
  return line.kinds.flatMap((kind, k) =>
    line.finishes.map((finish, f) => {
      const [name, tags] = kind.split(': ') as [string, string];
      const [finishName, tag] = finish.split(': ') as [string, string];
      const maker = line.makers[(k + f) % line.makers.length]!;
      return item(
        'home',
        line.category,
        `${maker} ${name}, ${finishName}`,
        [...tags.split(', '), tag],
        maker,
        line.price,
      );
    }),
  );
}

/** The department is a tag: as a category it would make every list a quarter books, a quarter films... */
function item(
  department: string,
  category: string,
  title: string,
  tags: string[],
  brand: string,
  [low, high]: readonly [number, number],
): DemoItem {
  const id = `${department}-${title}`
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80);
  // Prices are skewed: most are near the lower end.
  const spread = new SeededRandom(fnv1a32(id)).next() ** 2;
  return {
    id,
    title,
    categories: [category],
    tags: [department, ...tags],
    brand,
    price: Math.round(low + spread * (high - low)) - 0.05,
  };
}
