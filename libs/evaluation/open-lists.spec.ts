import {
  GRACE_MS,
  LIST_IMPRESSIONS_MAX,
  OpenLists,
  type JudgedList,
  type OpenListsLimits,
} from './open-lists.js';

const WINDOW = 10;

const list = (listId: string, at: number, userId = 'ada', itemIds = ['x', 'y']) => ({
  listId,
  userId,
  at,
  itemIds,
  scores: [],
});

function play(limits?: OpenListsLimits): { lists: OpenLists; judged: [string, string[]][] } {
  const judged: [string, string[]][] = [];
  const judge = (l: JudgedList): void => void judged.push([l.listId, [...l.clicked]]);
  return { lists: new OpenLists(WINDOW, judge, limits), judged };
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

  it('give a click to no list that was shown after it, nor to one of another name or user', () => {
    const { lists, judged } = play();
    lists.add(list('1', 0));
    lists.add(list('2', 5));
    expect(lists.click('ada', 'x', undefined, 4)).toBe(true);
    expect(lists.click('ada', 'y', '2', 4)).toBe(false);
    expect(lists.click('bob', 'y', '1', 4)).toBe(false);
    lists.add({ ...list('impression 3', 6), unnamed: true });
    expect(lists.click('ada', 'y', 'whatever', 7)).toBe(true);
    lists.closeAll();
    expect(judged).toEqual([
      ['1', ['x']],
      ['2', []],
      ['impression 3', ['y']],
    ]);
  });

  it('that are not judged still take the clicks that are their own', () => {
    const { lists, judged } = play();
    lists.add(list('older', 0));
    lists.add(list('newer', 1), false);
    lists.click('ada', 'x', undefined, 2);
    lists.click('ada', 'y', 'older', 2);
    lists.closeAll();
    expect(judged).toEqual([['older', ['y']]]);
  });

  it('of a visitor become those of the user that they turn out to be', () => {
    const { lists, judged } = play();
    lists.add(list('1', 0, 'visitor', ['x']));
    lists.click('visitor', 'z', undefined, 3);
    lists.handOver('visitor', 'ada');
    expect(lists.click('ada', 'x', '1', 2)).toBe(true);
    lists.add(list('1', 2, 'ada', ['y', 'z']));
    lists.closeAll();
    expect(judged).toEqual([['1', ['x', 'z']]]);
  });
});

describe('a list shown by several impressions', () => {
  it('is judged once where one is sent again, with the clicks before and after that', () => {
    const items = ['a', 'b', 'c', 'd', 'e'];
    const rates: number[] = [];
    const lists = new OpenLists(WINDOW, ({ clicked, itemIds }) => rates.push(clicked.size / itemIds.length));
    lists.add(list('1', 0, 'ada', items));
    lists.click('ada', 'b', '1', 1);
    lists.add(list('1', 0, 'ada', items));
    lists.add(list('1', 2, 'ada', items));
    lists.click('ada', 'b', '1', 3);
    lists.closeAll();
    expect(rates).toEqual([1 / 5]);
  });

  it('has the items and scores of all of them', () => {
    const judged: JudgedList[] = [];
    const lists = new OpenLists(WINDOW, (one) => void judged.push(one));
    const slots = (from: number) => Array.from({ length: 5 }, (_, i) => from + i);
    const part = (at: number, from: number) => ({
      ...list(
        '1',
        at,
        'ada',
        slots(from).map((slot) => `item ${slot}`),
      ),
      scores: [slots(from), slots(from).map((slot) => -slot)],
    });
    lists.add(part(0, 1));
    lists.click('ada', 'item 2', '1', 1);
    lists.add(part(5, 6));
    lists.click('ada', 'item 7', '1', 14);
    lists.closeAll();
    const all = [...slots(1), ...slots(6)];
    expect(judged).toMatchObject([
      {
        itemIds: all.map((slot) => `item ${slot}`),
        scores: [all, all.map((slot) => -slot)],
        clicked: new Set(['item 2', 'item 7']),
      },
    ]);
  });

  it('counts each click within the window of an impression that showed the item', () => {
    const { lists, judged } = play();
    lists.add(list('1', 0, 'ada', ['x']));
    lists.add(list('1', 5, 'ada', ['y']));
    expect(lists.click('ada', 'x', '1', 12)).toBe(false);
    expect(lists.click('ada', 'y', '1', 12)).toBe(true);
    lists.passTime(15 + GRACE_MS);
    expect(judged).toEqual([]);
    lists.passTime(16 + GRACE_MS);
    expect(judged).toEqual([['1', ['y']]]);
  });

  it('is not judged again for an impression of its time that comes too late', () => {
    const { lists, judged } = play({ lists: 1 });
    lists.add(list('1', 0));
    lists.add(list('2', 1, 'bob'));
    expect(judged).toEqual([['1', []]]);
    lists.add(list('1', 10));
    lists.closeAll();
    expect(judged).toEqual([
      ['1', []],
      ['2', []],
    ]);
  });

  it('is another list where it is shown anew beyond its window', () => {
    const { lists, judged } = play();
    lists.add(list('1', 0));
    lists.add(list('1', 11));
    lists.click('ada', 'x', '1', 12);
    lists.closeAll();
    expect(judged).toEqual([
      ['1', []],
      ['1', ['x']],
    ]);
  });

  it('is one for each user, whoever shares its id', () => {
    const { lists, judged } = play();
    lists.add(list('home', 0));
    lists.add(list('home', 1, 'bob'));
    lists.click('ada', 'x', 'home', 2);
    lists.closeAll();
    expect(judged).toEqual([
      ['home', ['x']],
      ['home', []],
    ]);
  });
});

describe('a click before its impression', () => {
  it('is claimed when that comes, once, and is told then', () => {
    const { lists, judged } = play();
    expect(lists.click('ada', 'x', '1', 3)).toBe(false);
    expect(lists.add(list('1', 2))).toEqual([{ itemId: 'x', at: 3 }]);
    expect(lists.add(list('2', 2))).toEqual([]);
    lists.closeAll();
    expect(judged).toEqual([
      ['1', ['x']],
      ['2', []],
    ]);
  });

  it('is not claimed by what was shown after it, too long before it, of another list, or to another user', () => {
    const { lists } = play();
    lists.click('ada', 'x', '1', 20);
    for (const other of [list('1', 21), list('1', 9), list('2', 20), list('1', 20, 'bob')])
      expect(lists.add(other)).toEqual([]);
  });
});

describe('memory', () => {
  it('of open lists is bounded: the oldest is judged when there are too many', () => {
    const { lists, judged } = play({ lists: 2 });
    for (const id of ['1', '2', '2', '3']) lists.add(list(id, 0));
    expect(judged).toEqual([['1', []]]);
    for (const id of ['4', '5', '6']) lists.add(list(id, 0), false);
    expect(judged).toEqual([['1', []]]);
    expect(lists.size).toBe(4);
  });

  it('of one list is bounded: impressions beyond are not heard', () => {
    const judged: JudgedList[] = [];
    const lists = new OpenLists(1_000, (one) => void judged.push(one));
    for (let at = 0; at < 2 * LIST_IMPRESSIONS_MAX; at++) lists.add(list('1', at, 'ada', [`item ${at}`]));
    lists.closeAll();
    expect(judged.map(({ itemIds }) => itemIds.length)).toEqual([LIST_IMPRESSIONS_MAX]);
  });

  it('of clicks without a list is bounded in time, by user and in users', () => {
    const { lists } = play({ users: 3 });
    for (const user of ['ada', 'bob', 'eve', 'joe'])
      for (let i = 0; i < 1_000; i++) lists.click(user, `item ${i}`, undefined, 5);
    expect(lists.unmatchedClicks).toBe(3 * 16);
    lists.passTime(15 + GRACE_MS);
    expect(lists.unmatchedClicks).toBe(3 * 16);
    lists.passTime(16 + GRACE_MS);
    expect(lists.unmatchedClicks).toBe(0);
  });
});
