import { SeededRandom } from '#kernel';
import { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { CoVisitation } from '../co-visitation.js';
import { NEIGHBOURS_MAX } from './neighbour-rows.js';
import { Transitions } from './transitions.js';

const DAY_MS = 86_400_000;
const START = 1_700_000_000_000;
const HALF_LIFE_DAYS = 60;
const ITEMS = 20;

interface Step {
  item: number;
  recent: number;
  time: number;
}

/** One item after another, some events late, over so many half-lives. */
function steps(seed: number, count: number, halfLives: number): Step[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, i) => ({
    item: 1 + random.below(ITEMS),
    recent: 1 + random.below(ITEMS),
    time:
      START + ((i * halfLives) / count) * HALF_LIFE_DAYS * DAY_MS - (random.next() < 0.1 ? 3 * DAY_MS : 0),
  })).filter(({ item, recent }) => item !== recent);
}

const follow = (table: Transitions | CoVisitation, step: Step): void =>
  table.recordEngagement(step.item, 1, step.time, [step.recent], [0]);

/** What the table should know, counted anew as of `time`. */
function counted(past: readonly Step[], pair: (step: Step) => boolean, time: number): number {
  return past
    .filter(pair)
    .reduce((sum, step) => sum + 2 ** -((time - step.time) / (HALF_LIFE_DAYS * DAY_MS)), 0);
}
const newest = (past: readonly Step[], of: (step: Step) => boolean): number =>
  Math.max(0, ...past.filter(of).map((step) => step.time));

describe('Counts of neighbours', () => {
  it.each([1, 40, 300])('decay by event time, late events and all, over %i half-lives', (halfLives) => {
    const transitions = new Transitions();
    const past = steps(halfLives, 1_500, halfLives);
    for (const step of past) follow(transitions, step);
    for (let from = 1; from <= ITEMS; from++) {
      const time = newest(past, (step) => step.recent === from);
      const mass = counted(past, (step) => step.recent === from, time);
      transitions.each(from, (to, probability) => {
        const count = counted(past, (step) => step.recent === from && step.item === to, time);
        expect(Math.abs(probability - count / (mass + 3))).toBeLessThan(1e-5);
      });
    }
  });

  it('make similarities as of the newer event of both items', () => {
    const covisitation = new CoVisitation({
      covisitationItemsMax: 100,
      covisitationHalfLifeSeconds: (HALF_LIFE_DAYS * DAY_MS) / 1000,
    });
    const past = steps(5, 1_500, 70);
    for (const step of past) follow(covisitation, step);
    const of =
      (a: number) =>
      ({ item, recent }: Step): boolean =>
        item === a || recent === a;
    for (let a = 1; a <= ITEMS; a++)
      covisitation.each(a, (b, score) => {
        const time = Math.max(newest(past, of(a)), newest(past, of(b)));
        const both = counted(past, (step) => of(a)(step) && of(b)(step), time);
        const [own, theirs] = [a, b].map((item) => counted(past, of(item), time)) as [number, number];
        expect(Math.abs(score - both / Math.sqrt((own + 5) * (theirs + 5)))).toBeLessThan(1e-5);
      });
  });

  it('go on after a snapshot as if nothing had happened', () => {
    const past = steps(7, 800, 90);
    const whole = new Transitions();
    const first = new Transitions();
    for (const step of past) follow(whole, step);
    for (const step of past.slice(0, 500)) follow(first, step);
    const resumed = new Transitions();
    resumed.decode(new ByteReader(bytesOf(first)));
    for (const step of past.slice(500)) follow(resumed, step);
    expect(bytesOf(resumed).equals(bytesOf(whole))).toBe(true);
  });

  it('leave the weakest out, and start anew with an item whose row was given away', () => {
    const transitions = new Transitions(2);
    const next = 100 + NEIGHBOURS_MAX;
    for (let to = 100; to < next; to++) {
      follow(transitions, { item: to, recent: 1, time: START });
      follow(transitions, { item: to, recent: 1, time: START + 1 });
    }
    follow(transitions, { item: 105, recent: 1, time: START + 2 });
    follow(transitions, { item: next, recent: 1, time: START + 3 });
    expect(neighbours(transitions, 1)).toHaveLength(NEIGHBOURS_MAX);
    expect(neighbours(transitions, 1)).toEqual(expect.arrayContaining([105, next]));
    for (const recent of [2, 3]) follow(transitions, { item: 7, recent, time: START + 4 });
    for (const recent of [2, 3]) expect(neighbours(transitions, recent)).toEqual([7]);
    expect(neighbours(transitions, 1)).toEqual([]);
  });
});

function neighbours(table: Transitions, item: number): number[] {
  const keys: number[] = [];
  table.each(item, (key) => keys.push(key));
  return keys;
}

function bytesOf(table: Transitions): Buffer {
  const writer = new ByteWriter();
  table.encode(writer);
  return Buffer.from(writer.bytes());
}
