/** What has broken programs before: texts, numbers, names and structures. */
import type { SeededRandom } from '#kernel';
import { copyOf, Members, Raw, type Json } from './json-text.js';

const nested = (open: string, close: string, levels: number): Raw =>
  new Raw(open.repeat(levels) + '0' + close.repeat(levels));

const TEXTS: readonly string[] = [
  ...[
    '',
    ' ',
    '\t\r\n',
    '\0',
    'a\0b',
    '\ud800',
    'x\udc00',
    '\ufeff',
    '\u2028',
    '\u202eabc',
    '\u0301',
    '\uffff',
  ],
  ...['🦊'.repeat(64), 'é'.repeat(128), 'é'.repeat(129), 'e\u0301', 'ﬃ', 'İ', 'ß', '𝟙', '٣'],
  ...['NaN', 'Infinity', '-Infinity', 'null', 'undefined', 'true', '0', '-1', '1e999', '0x10', '1,000'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'toJSON', 'then', 'length'],
  ...[
    '../../etc/passwd',
    '%',
    '%00',
    '%2e%2e%2f',
    '%zz',
    "' OR 1=1 --",
    '${7*7}',
    '<script>',
    '\r\nX-Evil: 1',
  ],
  ...['*', '>', 'log.user.0', 'a.b.c', '$JS.API.STREAM.DELETE.REKAPPA_LOG', 'cluster:-1', 'cluster:1e9', '='],
];
const LENGTHS = [63, 64, 65, 127, 128, 129, 255, 256, 257, 512, 513, 1_024, 4_096, 65_536] as const;

const NUMBERS: readonly Json[] = [
  ...[0, -0, -1, 1, 2, 0.5, 100, 101, 1_001, 5e-324, 1e-320, 1e308, -1e308, 1e21, -1e21, 1e9, 1e9 + 1],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, -(2 ** 63), 2 ** 64],
  ...[
    '1e999',
    '-1e999',
    'NaN',
    'Infinity',
    '-Infinity',
    '01',
    '+1',
    '.5',
    '1.',
    '0x10',
    '1_000',
    '-',
    '1n',
  ].map((text) => new Raw(text)),
  new Raw('9'.repeat(400)),
  new Raw(`0.${'0'.repeat(400)}1`),
];

const NAMES: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'toJSON', 'then'],
  ...['length', 'size', '', '0', '-1', '\0', '\ud800', '🦊'],
  ...['pattern', 'data', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(10_000)],
];

const MEANT_ELSEWHERE: readonly string[] = [
  ...['kind', 'id', 'eventId', 'version', 'user', 'userId', 'itemId', 'items', 'fields', 'mode', 'timestamp'],
  ...['op', 'error', 'pattern', 'data', 'attributes', 'context', 'n', 'after', 'requestId'],
];

const EXPRESSIONS: readonly string[] = [
  ...[
    'true',
    'false',
    '1',
    '1/0',
    '0.0/0.0',
    '-9223372036854775808',
    'item',
    'item.price',
    'item.nothing',
    'now',
  ],
  ...[
    'item.price > 1.0',
    'has(item.price) && item.price > 5.0',
    'item.attributes.x',
    'item.attributes["__proto__"]',
  ],
  ...[
    '"a" in item.tags',
    'item.title.contains("")',
    'size(item.title) / 0',
    'context.device',
    'user.attributes["x"]',
  ],
  ...[
    'item.tags[999]',
    'item.tags[-1]',
    'int("x")',
    'string(item.attributes)',
    'dyn(null) == 1',
    'max(1)',
    '"\\u0000"',
  ],
  ...[
    '__proto__',
    'constructor.constructor("x")()',
    'item.constructor',
    '{"a": 1}.a',
    '[1,2,3].map(x, x)',
    'b"\\xff"',
  ],
  '('.repeat(400) + '1' + ')'.repeat(400),
  '!'.repeat(900) + 'true',
  '-'.repeat(900) + '1',
  `1${'+1'.repeat(450)}`,
  `true${' ? true'.repeat(100)}`,
  '['.repeat(480) + ']'.repeat(480),
];

const STRUCTURES: readonly Json[] = [
  [],
  new Members([]),
  [[]],
  [null],
  nested('[', ']', 31),
  nested('[', ']', 33),
  nested('[', ']', 5_000),
  nested('{"a":', '}', 33),
  nested('{"a":', '}', 5_000),
  nested('[', ']', 100_000),
  new Raw('['.repeat(100_000)),
  // Neither text nor number can be made of these.
  new Members([
    ['toString', 1],
    ['valueOf', 1],
  ]),
  new Members([['toString', null]]),
  new Members([['__proto__', new Members([['polluted', true]])]]),
  new Members([['constructor', new Members([['prototype', new Members([['polluted', true]])]])]]),
  new Members([['toJSON', 1]]),
  new Members([['then', 1]]),
  new Members([['length', -1]]),
];

export function hostileText(random: SeededRandom): string {
  const next = random.next();
  if (next < 0.2) return random.pick(['x', 'é', '🦊', '\u0301']).repeat(random.pick(LENGTHS));
  if (next < 0.3)
    return String.fromCharCode(...Array.from({ length: 1 + random.below(12) }, () => random.below(0x10000)));
  if (next < 0.35) return random.pick(EXPRESSIONS);
  return random.pick(TEXTS);
}

export const hostileNumber = (random: SeededRandom): Json => random.pick(NUMBERS);
/** Half of them are names that mean something somewhere. */
export const hostileName = (random: SeededRandom): string =>
  random.pick(random.next() < 0.5 ? NAMES : MEANT_ELSEWHERE);
export const expression = (random: SeededRandom): string => random.pick(EXPRESSIONS);

export function hostileValue(random: SeededRandom): Json {
  switch (random.below(6)) {
    case 0:
      return null;
    case 1:
      return random.next() < 0.5;
    case 2:
      return hostileNumber(random);
    case 3:
      return copyOf(random.pick(STRUCTURES));
    case 4:
      return manyOf(random);
    default:
      return hostileText(random);
  }
}

/** More of them than any list may hold. */
function manyOf(random: SeededRandom): Json {
  const one: Json = random.pick<Json>(['x', 0, null, new Members([['itemId', 'i']])]);
  return Array.from({ length: random.pick([33, 65, 201, 1_001]) }, () => copyOf(one));
}
