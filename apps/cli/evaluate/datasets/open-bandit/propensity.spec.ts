/** Fitted propensities beside the true ones that Open Bandit gives. */
import { join } from 'node:path';
import { PropensityModel, type LoggedChoice } from '#evaluation';
import { LineReader } from '../../../sources/line-reader.js';

const DATA = process.env.REKAPPA_DATA;
// The data are not part of the project: without REKAPPA_DATA the suite says so and skips.
const withData = DATA ? describe : describe.skip;
const ITEMS = 34;
const SLOTS = 3;

async function read(name: string) {
  const reader = await LineReader.open(join(DATA!, 'open-bandit', name));
  const rows: { item: number; slot: number; click: number; propensity: number }[] = [];
  let columns: string[] | undefined;
  for await (const line of reader.lines()) {
    const fields = line.split(',');
    if (!columns) {
      columns = fields;
      continue;
    }
    const value = (column: string) => Number(fields[columns!.indexOf(column)]);
    rows.push({
      item: value('item_id'),
      slot: value('position') - 1,
      click: value('click'),
      propensity: value('propensity_score'),
    });
  }
  return rows;
}

/** The item, and the item in its slot. */
const candidatesOf = (slot: number) =>
  Array.from({ length: ITEMS }, (_, item) => ({
    indices: [item, ITEMS + item * SLOTS + slot],
    values: [1, 1],
  }));

withData(`Propensities fitted to Open Bandit men${DATA ? '' : ' (skipped: REKAPPA_DATA is not set)'}`, () => {
  const slots = Array.from({ length: SLOTS }, (_, slot) => candidatesOf(slot));
  const fitted = async (name: string) => {
    const rows = await read(name);
    const choices: LoggedChoice[] = rows.map(({ item, slot }) => ({
      candidates: slots[slot]!,
      chosen: item,
    }));
    const model = PropensityModel.fit(choices, {
      dimensions: ITEMS * (1 + SLOTS),
      l2: 5,
      floor: 0.01,
      rounds: 40,
    });
    const known = slots.map((candidates) => model.propensities(candidates));
    return rows.map((row) => ({ ...row, fitted: known[row.slot]![row.item]! }));
  };
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

  it('of the random policy are even', async () => {
    const rows = await fitted('random_men.csv.gz');
    expect(mean(rows.map((r) => Math.abs(r.fitted / r.propensity - 1)))).toBeLessThan(0.1);
    const ips = mean(rows.map((r) => r.click / (r.fitted * ITEMS)));
    expect(Math.abs(ips / mean(rows.map((r) => r.click)) - 1)).toBeLessThan(0.1);
  });

  it('of Thompson sampling follow the true ones', async () => {
    const rows = await fitted('bts_men.csv.gz');
    const off = mean(rows.map((r) => Math.abs(Math.log(r.fitted / r.propensity))));
    const even = mean(rows.map((r) => Math.abs(Math.log(1 / ITEMS / r.propensity))));
    expect(off).toBeLessThan(0.5 * even);
  });
});
