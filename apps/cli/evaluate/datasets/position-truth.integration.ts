/**
 * What real logs say of slots, recovered by the live table. Needs the data sets (REKAPPA_DATA); skipped without.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '#config';
import { LiveRehearsal } from '#evaluation';
import { key53 } from '#kernel';
import { DEFAULT_STATISTICS, ExaminationCurve } from '#learning';
import { kdd12Events, readKdd12Row, type Kdd12Row } from '../../sources/kdd12.js';
import { LineReader } from '../../sources/line-reader.js';
import { openMetarank } from '../../sources/metarank-source.js';
import { overridesAsEnvironment } from '../../setting-overrides.js';
import { rehearsalOf } from '../context.js';

const folder = process.env.REKAPPA_DATA ?? '';
const RANKLENS = join(folder, 'ranklens/events.jsonl.gz');
const KDD12 = join(folder, 'kdd12-clicks/click_prediction_small.csv.gz');
const withFile = (path: string) => (folder !== '' && existsSync(path) ? it : it.skip);

describe('The examination curve of real logs (skipped without REKAPPA_DATA)', () => {
  withFile(RANKLENS)(
    'is RankLens’ click rate by slot, for the order shown was random in quality',
    async () => {
      const lists: { items: string[]; clicked: Set<string> }[] = [];
      const byId = new Map<string, (typeof lists)[number]>();
      for await (const entry of (await openMetarank(RANKLENS)).entries()) {
        if (!('event' in entry)) continue;
        const { event } = entry;
        if (event.kind === 'impression') {
          const list = { items: event.items.map(({ itemId }) => itemId), clicked: new Set<string>() };
          lists.push(list);
          byId.set(event.recommendationId!, list);
        } else if (event.kind === 'interaction') byId.get(event.recommendationId!)?.clicked.add(event.itemId);
      }
      const depth = 24;
      const clicks = new Float64Array(depth);
      const curve = new ExaminationCurve(DEFAULT_STATISTICS);
      for (const { items, clicked } of lists)
        items.forEach((id, i) => {
          const label = clicked.has(id) ? 1 : 0;
          clicks[i]! += label;
          curve.record(key53(id), i + 1, depth, label, 0.2);
        });
      const off = Array.from(
        clicks,
        (count, i) => curve.examination(i + 1, depth) / (count / clicks[0]!) - 1,
      );
      expect(Math.max(...off.map(Math.abs))).toBeLessThan(0.05);
    },
  );

  withFile(KDD12)(
    'falls on kdd12 as the rates by depth and slot do, relevance controlled',
    async () => {
      const settings = loadSettings(overridesAsEnvironment(['interest.attributionSeconds=2']));
      const rehearsal = new LiveRehearsal(rehearsalOf(settings));
      const rates = new Map<string, [clicks: number, trials: number]>();
      let line = 0;
      let ticks = 0;
      for await (const text of (await LineReader.open(KDD12)).lines()) {
        const row = readKdd12Row(text, line++);
        if (!row) continue;
        count(rates, row);
        for (const event of kdd12Events(row, 'page', false, () => ticks++))
          if (event.kind !== 'tick') rehearsal.append(event);
      }
      const { examination } = rehearsal.model.scorer.tables;
      const rate = (depth: number, slot: number) => {
        const [clicks, trials] = rates.get(`${depth}.${slot}`)!;
        return clicks / trials;
      };
      for (const [depth, slot] of [
        [2, 2],
        [3, 2],
        [3, 3],
      ] as const) {
        const ratio = rate(depth, slot) / rate(depth, 1);
        expect(Math.abs(examination.examination(slot, depth) / ratio - 1)).toBeLessThan(0.05);
      }
    },
    120_000,
  );
});

function count(rates: Map<string, [number, number]>, { depth, position, clicks }: Kdd12Row): void {
  const cell = rates.get(`${depth}.${position}`) ?? [0, 0];
  rates.set(`${depth}.${position}`, [cell[0] + (clicks > 0 ? 1 : 0), cell[1] + 1]);
}
