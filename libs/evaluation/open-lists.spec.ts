import { GRACE_MS, OpenLists, type JudgedList } from './open-lists.js';

const list = (listId: string, at: number, userId = 'ada') => ({
  listId,
  userId,
  at,
  itemIds: ['x', 'y'],
  scores: [],
});

function play(openMax = 9): { lists: OpenLists; judged: [string, string[]][] } {
  const judged: [string, string[]][] = [];
  const judge = (l: JudgedList): void => void judged.push([l.listId, [...l.clicked]]);
  return { lists: new OpenLists(10, judge, openMax), judged };
}

describe('open lists', () => {
  it('are judged when their window has passed, and clicks after that count for nothing', () => {
    const { lists, judged } = play();
    lists.add(list('1', 0));
    expect(lists.click('ada', 'y', '1', 10)).toBe(true);
    expect(lists.click('ada', 'x', '1', 11)).toBe(false);
    lists.passTime(10 + GRACE_MS);
    expect(judged).toEqual([]);
    lists.passTime(11 + GRACE_MS);
    expect(judged).toEqual([['1', ['y']]]);
    expect(lists.click('ada', 'x', '1', 5)).toBe(false);
  });

  it('take a click without a list for the newest of that user that shows the item', () => {
    const { lists, judged } = play();
    for (const one of [list('1', 0), list('2', 1), list('3', 2, 'bob')]) lists.add(one);
    expect(lists.click('ada', 'x', undefined, 3)).toBe(true);
    expect(lists.click('ada', 'z', undefined, 3)).toBe(false);
    expect(lists.click('ada', 'z', '1', 3)).toBe(false);
    lists.closeAll();
    expect(judged).toEqual([
      ['1', []],
      ['2', ['x']],
      ['3', []],
    ]);
    expect(lists.click('ada', 'x', undefined, 3)).toBe(false);
  });

  it('stay bounded: the oldest is judged when there are too many, and an id that returns ends its first list', () => {
    const { lists, judged } = play(2);
    for (const id of ['1', '2', '2', '3']) lists.add(list(id, 0));
    expect(judged.map(([id]) => id)).toEqual(['2', '1']);
    expect(lists.size).toBe(2);
  });
});
