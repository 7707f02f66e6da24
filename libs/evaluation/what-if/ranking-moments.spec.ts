import type { Served } from '#events';
import { createUser, type UserState } from '#interest';
import { asEventId, asUserId, SeededRandom } from '#kernel';
import { Heap } from './heap.js';
import { RankingMoments, type DueList } from './ranking-moments.js';

const served = (id: string, moment: Partial<Served>): Served => ({
  kind: 'served',
  version: 1,
  eventId: asEventId(id),
  userId: asUserId('ada'),
  timestamp: 1_000,
  epoch: 1,
  recommendationId: asEventId(id),
  scenario: 'default',
  policy: 'greedy',
  modelVersion: 'main-0',
  items: [],
  ...moment,
});

function setup() {
  const ada: UserState = createUser(asUserId('ada'));
  const moments = new RankingMoments((userId) => (userId === 'ada' ? ada : undefined));
  const due = (flush = false): DueList[] => {
    const lists: DueList[] = [];
    for (let list = moments.next(flush); list; list = moments.next(flush)) lists.push(list);
    return lists;
  };
  const ids = (flush = false): string[] => due(flush).map(({ event }) => event.recommendationId);
  return { ada, moments, due, ids };
}

describe('the moments at which lists were ranked', () => {
  it('a list gets its user as of the sequence it names, whatever has happened to the user since', () => {
    const { ada, moments, due } = setup();
    moments.announce(served('a', { stateSequence: 5, catalogueSequence: 7, modelSequence: 1 }), 12, 0);
    ada.counters.interactions = 5;
    moments.passed(5);
    ada.counters.interactions = 6;
    moments.passed(6);
    expect(due()).toEqual([]);
    moments.passed(7);
    const [list] = due();
    expect([list!.moment, list!.user!.counters.interactions]).toEqual(['exact', 5]);
  });

  it('waits until no list wants an older model', () => {
    const { moments, ids } = setup();
    moments.announce(served('quick', { stateSequence: 1, catalogueSequence: 1, modelSequence: 9 }), 5, 0);
    moments.announce(served('slow', { stateSequence: 3, catalogueSequence: 3, modelSequence: 4 }), 6, 0);
    moments.passed(1);
    expect(ids()).toEqual([]);
    moments.passed(3);
    expect(ids()).toEqual(['slow', 'quick']);
  });

  it('keeps the order of one host: by model, then by time', () => {
    const { moments, ids } = setup();
    const at = { stateSequence: 1, catalogueSequence: 1 };
    moments.announce(served('third', { ...at, modelSequence: 2, timestamp: 5 }), 5, 0);
    moments.announce(served('second', { ...at, modelSequence: 1, timestamp: 7 }), 6, 0);
    moments.announce(served('first', { ...at, modelSequence: 1, timestamp: 6 }), 6, 0);
    moments.passed(1);
    expect(ids()).toEqual(['first', 'second', 'third']);
  });

  it('says when a moment is not met: not named, or the log was folded beyond it', () => {
    const { moments, due } = setup();
    moments.passed(10);
    moments.announce(served('late', { stateSequence: 4, catalogueSequence: 4, modelSequence: 1 }), 11, 0);
    moments.announce(served('old', {}), 12, 0);
    expect(due().map(({ moment }) => moment)).toEqual(['passed']);
    moments.passed(11);
    expect(due(true).map(({ moment }) => moment)).toEqual(['unnamed']);
  });
});

it('a heap gives the least first', () => {
  const random = new SeededRandom(1);
  const heap = new Heap<number>((a, b) => a - b);
  const numbers = Array.from({ length: 500 }, () => random.below(100));
  numbers.forEach((number) => heap.push(number));
  expect(Array.from(numbers, () => heap.pop())).toEqual(numbers.sort((a, b) => a - b));
  expect([heap.pop(), heap.size]).toEqual([undefined, 0]);
});
