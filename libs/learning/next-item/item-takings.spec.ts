import { bytesOf, restored } from '../table-fixture.js';
import { ItemTakings, TAKINGS } from './item-takings.js';
import { takersOf } from './signals.js';

const NOW = 1_700_000_000_000;
const DAY_MS = 86_400_000;
const kindOf = (name: (typeof TAKINGS)[number]['kind']) => TAKINGS.findIndex(({ kind }) => kind === name);

function leadersOf(
  table: ItemTakings,
  kind: (typeof TAKINGS)[number]['kind'],
  window: number,
  now: number,
): number[] {
  const keys = new Float64Array(5);
  return [...keys.subarray(0, table.leaders(kindOf(kind), window, keys.length, now, keys))];
}

function takings(): ItemTakings {
  const table = new ItemTakings(100);
  table.record(1, [kindOf('everybody'), kindOf('newcomers')], 1, NOW);
  table.record(1, [kindOf('everybody')], 2, NOW + DAY_MS);
  table.record(2, [kindOf('everybody'), kindOf('devoted')], 1, NOW + DAY_MS);
  return table;
}

describe('Item takings', () => {
  it('count each kind of visit by itself, decayed by its own half-lives', () => {
    const table = takings();
    const row = table.rowOf(1);
    const popularity = (kind: (typeof TAKINGS)[number]['kind'], window: number, now: number) =>
      2 ** table.log2PopularityOf(row, kindOf(kind), window, now);
    expect(popularity('newcomers', 0, NOW + DAY_MS)).toBeCloseTo(0.5, 6);
    expect(popularity('newcomers', 1, NOW + DAY_MS)).toBeCloseTo(2 ** (-1 / 7), 6);
    expect(popularity('everybody', 0, NOW + DAY_MS)).toBeCloseTo(2 + 2 ** (-1 / 3), 6);
    expect(popularity('devoted', 0, NOW)).toBe(0);
    expect(leadersOf(table, 'everybody', 0, NOW + DAY_MS)).toEqual([1, 2]);
    expect(leadersOf(table, 'devoted', 1, NOW + DAY_MS)).toEqual([2]);
  });

  it('know when an item was first and last taken, and nothing of one that never was', () => {
    const table = takings();
    const row = table.rowOf(1);
    expect([table.firstOf(row), table.lastOf(row)]).toEqual([NOW, NOW + DAY_MS]);
    expect(table.rowOf(3)).toBe(-1);
    expect(table.log2PopularityOf(-1, 0, 0, NOW)).toBe(-Infinity);
  });

  it('come back whole from their bytes, leaders too', () => {
    const table = takings();
    const again = restored(table, new ItemTakings(100));
    expect(bytesOf(again)).toEqual(bytesOf(table));
    expect(leadersOf(again, 'everybody', 1, NOW)).toEqual(leadersOf(table, 'everybody', 1, NOW));
  });
});

it('Takers are everybody and what the visit says', () => {
  const names = (recentAgesSeconds: number[]) =>
    takersOf({ recentKeys: recentAgesSeconds.map((_, i) => i + 1), recentAgesSeconds }).map(
      (kind) => TAKINGS[kind]!.kind,
    );
  expect(names([])).toEqual(['everybody', 'newcomers']);
  expect(names([30])).toEqual(['everybody', 'bursts']);
  expect(names([86_400])).toEqual(['everybody']);
  expect(names(Array.from({ length: 16 }, () => 60))).toEqual(['everybody', 'bursts', 'devoted']);
});
