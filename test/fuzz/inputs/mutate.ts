/** Takes something good and spoils it: first the tree, then, sometimes, the bytes. Says what it did. */
import type { SeededRandom } from '#kernel';
import { hostileName, hostileText, hostileValue } from './hostile.js';
import { copyOf, Members, type Json } from './json-text.js';

const MUTATIONS_MAX = 3;
/** Of all inputs: left as they are, so that the good ways are walked too. */
const UNTOUCHED = 0.25;
const BYTES_SPOILT = 0.12;

interface Place {
  readonly path: string;
  readonly value: Json;
  set(value: Json): void;
}

/** @param did gets a word for each change */
export function mutate(value: Json, random: SeededRandom, did: string[]): Json {
  if (random.next() < UNTOUCHED) return value;
  const holder = { root: value };
  for (let i = 1 + random.below(MUTATIONS_MAX); i > 0; i--) {
    const places = placesIn(holder);
    mutateAt(random.pick(places), random, did);
  }
  return holder.root;
}

function mutateAt(place: Place, random: SeededRandom, did: string[]): void {
  const { value, path } = place;
  const note = (what: string) => void did.push(`${what} ${path}`);
  if (value instanceof Members && random.next() < 0.6) {
    const { pairs } = value;
    const at = random.below(Math.max(1, pairs.length));
    switch (random.below(4)) {
      case 0:
        note('drop a member of');
        return place.set(new Members(pairs.filter((_, i) => i !== at)));
      case 1:
        note('rename a member of');
        return place.set(
          new Members(pairs.map(([name, one], i) => [i === at ? hostileName(random) : name, one])),
        );
      case 2:
        note('add a member to');
        return place.set(new Members([...pairs, [hostileName(random), hostileValue(random)]]));
      default:
        note('double a member of');
        return place.set(new Members([...pairs, [pairs[at]?.[0] ?? 'x', hostileValue(random)]]));
    }
  }
  if (Array.isArray(value) && value.length > 0 && random.next() < 0.4) {
    note('repeat in');
    return place.set(Array.from({ length: random.pick([2, 33, 65, 201, 1_001]) }, () => copyOf(value[0]!)));
  }
  switch (random.below(6)) {
    case 0:
      note('wrap');
      return place.set(random.next() < 0.5 ? [value] : new Members([[hostileName(random), value]]));
    case 1:
      note('text for');
      return place.set(hostileText(random));
    default:
      note('replace');
      return place.set(hostileValue(random));
  }
}

function placesIn(holder: { root: Json }): Place[] {
  const places: Place[] = [];
  const visit = (value: Json, path: string, set: (value: Json) => void): void => {
    places.push({ path, value, set });
    if (Array.isArray(value))
      value
        .slice(0, 20)
        .forEach((inner, i) => visit(inner, `${path}[${i}]`, (next) => void (value[i] = next)));
    else if (value instanceof Members)
      for (const pair of value.pairs)
        visit(pair[1], `${path}.${pair[0].slice(0, 20)}`, (next) => void (pair[1] = next));
  };
  visit(holder.root, '', (next) => void (holder.root = next));
  return places;
}

/** Text as bytes, most often as they should be. */
export function spoil(text: string, random: SeededRandom, did: string[]): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (random.next() >= BYTES_SPOILT) return bytes;
  const at = random.below(Math.max(1, bytes.length));
  const noted = <T>(what: string, value: T): T => (did.push(`bytes: ${what}`), value);
  switch (random.below(11)) {
    case 0:
      return noted('cut', bytes.subarray(0, at));
    case 1:
      return noted('a bit', flipped(bytes, at, random.below(8)));
    case 2:
      return noted(
        'not UTF-8',
        Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from([0xc3, 0x28, 0xff, 0xed, 0xa0, 0x80]),
          bytes.subarray(at),
        ]),
      );
    case 3:
      return noted('BOM', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]));
    case 4:
      return noted('UTF-16', Buffer.from(text, 'utf16le'));
    case 5:
      return noted('twice', Buffer.concat([bytes, bytes]));
    case 6:
      return noted('nothing', Buffer.alloc(0));
    case 7:
      return noted('white space', Buffer.concat([Buffer.alloc(100_000, ' '), bytes]));
    case 8:
      return noted('brackets', Buffer.from('['.repeat(200_000)));
    case 9:
      return noted('zeros', Buffer.alloc(1 + random.below(64)));
    default:
      return noted(
        'noise',
        Buffer.from(Array.from({ length: 1 + random.below(300) }, () => random.below(256))),
      );
  }
}

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  if (at < copy.length) copy[at]! ^= 1 << bit;
  return copy;
}
