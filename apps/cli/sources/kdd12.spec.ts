import { kdd12Events, readKdd12Row } from './kdd12.js';

const LINE = '"2",3,10710025208886284288,"8343295","11700",3,2,7702266,"21264","27892","1559","0"';

const eventsOf = (line: string, repeat: boolean) => {
  let tick = 0;
  return [...kdd12Events(readKdd12Row(line, 7)!, 'page', repeat, () => tick++)];
};

describe('a KDD Cup 2012 row', () => {
  it('becomes one impression of its slot and depth, and one click', () => {
    const [item, impression, click, ...more] = eventsOf(LINE, false);
    expect(item).toMatchObject({ kind: 'upsert', itemId: 'page:10710025208886284288' });
    expect(impression).toMatchObject({
      kind: 'impression',
      userId: 'visitor-7',
      depth: 3,
      items: [{ itemId: 'page:10710025208886284288', position: 2 }],
    });
    expect(click).toMatchObject({ kind: 'interaction', type: 'click', recommendationId: 'row-7-0' });
    expect(more).toEqual([]);
  });

  it('can be played impression by impression, as many of them clicked as were', () => {
    const kinds = eventsOf(LINE, true).map(({ kind, timestamp }) => `${kind} ${timestamp % 10_000}`);
    expect(kinds).toEqual([
      'upsert 0',
      'impression 0',
      'interaction 0',
      'impression 1000',
      'interaction 1000',
      'impression 2000',
    ]);
  });

  it.each(['"click","impression"', LINE.replace(',3,2,', ',1,2,'), LINE.replace('"2",3', '"x",3')])(
    'is none when it is not one: %s',
    (line) => expect(readKdd12Row(line, 1)).toBeUndefined(),
  );
});
