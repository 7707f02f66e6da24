import { loadSettings } from '#config';
import { asEventId, asItemId, asUserId } from '#kernel';
import type { Impression, LogEvent, Tick } from '#events';
import { ClickPrediction, type ClickPredictionOptions } from './click-prediction.js';
import { rehearsalOf } from './context.js';
import { ListItems } from './day-lists.js';

type Event = Exclude<LogEvent, Tick>;
interface Row {
  readonly user: string;
  readonly item: string;
  readonly clicked: boolean;
  readonly day?: number;
  readonly slot?: number;
}

const START = 1_699_920_000_000;
const DAY_MS = 86_400_000;
const dayOf = ({ userId, timestamp }: Impression) => {
  const day = Math.floor((timestamp - START) / DAY_MS);
  return { listId: `${userId} ${day}`, day };
};
const OPTIONS: ClickPredictionOptions = {
  recentSeconds: 3_600,
  rates: { overall: () => '', user: ({ userId }) => userId },
};

function eventsOf(rows: readonly Row[]): Event[] {
  return rows.flatMap(({ user, item, clicked, day = 0, slot = 1 }, i): Event[] => {
    const common = {
      version: 1 as const,
      userId: asUserId(user),
      timestamp: START + day * DAY_MS + i * 5_000,
      recommendationId: asEventId(`row-${i}`),
    };
    const itemId = asItemId(item);
    const items = [{ itemId, position: slot }];
    const click: Event = {
      ...common,
      kind: 'interaction',
      eventId: asEventId(`click-${i}`),
      type: 'click',
      itemId,
    };
    return [
      { ...common, kind: 'impression', eventId: asEventId(`shown-${i}`), depth: 3, items },
      ...(clicked ? [click] : []),
    ];
  });
}

function played(rows: readonly Row[], options: Partial<ClickPredictionOptions> = {}): ClickPrediction {
  const events = eventsOf(rows);
  const lists = new ListItems(dayOf);
  for (const event of events) lists.add(event);
  const settings = loadSettings({ REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '1', REKAPPA_MODEL_BITS: '10' });
  const prediction = new ClickPrediction(rehearsalOf(settings), {
    ...OPTIONS,
    lists: { of: dayOf, items: lists.items },
    ...options,
  });
  for (const event of events) prediction.play(event);
  prediction.end();
  return prediction;
}

/** Item good is always clicked, item bad never. */
const rowsOf = (days: number): Row[] =>
  Array.from({ length: days * 4 }, (_, i) => ({
    user: `user-${i % 2}`,
    item: i % 4 < 2 ? 'bad' : 'good',
    clicked: i % 4 >= 2,
    day: Math.floor(i / 4),
  }));

describe('Exposures shown one at a time', () => {
  it('are predicted by every learner, and by the baselines that any learner must beat', () => {
    const { points } = played(rowsOf(30));
    const rows = new Map(points.rows().map((row) => [row.name, row]));
    expect([...rows.keys()]).toEqual([
      'random',
      'popularity',
      'recent popularity',
      'item CTR',
      'overall rate',
      'user rate',
      'ftrl',
      'fm',
      'olr',
      'blend',
    ]);
    expect([points.samples(), points.rate()]).toEqual([120, 0.5]);
    for (const name of ['popularity', 'item CTR', 'blend']) expect(rows.get(name)!.auc).toBeGreaterThan(0.95);
    expect(rows.get('random')!.auc).toBeLessThan(0.7);
    expect(rows.get('popularity')!.logLoss).toBeUndefined();
  });

  it('are predicted before it is known what came of them', () => {
    const rows = rowsOf(10);
    const other = rows.with(-1, { ...rows.at(-1)!, clicked: false });
    const [left, right] = [rows, other].map((log) => played(log).points);
    const predicted = (points: typeof left): number[] =>
      points!.rows().map(({ calibration = 0 }) => calibration * points!.rate());
    predicted(left).forEach((sum, model) => expect(sum).toBeCloseTo(predicted(right)[model]!, 12));
    expect(left!.rate()).toBeGreaterThan(right!.rate());
  });

  it('are timed: predictions, lists and updates', () => {
    const timings = played(rowsOf(5)).timings.map((timing) => timing.row());
    expect(timings.map(({ name, count }) => [name, count])).toEqual([
      ['predict', 20],
      ['rank a list', 10],
      ['fold and learn an event', 30],
    ]);
  });

  it('are predicted in the slots that they get, if asked to', () => {
    const rows = Array.from({ length: 600 }, (_, i): Row => {
      const slot = 1 + (i % 3);
      return { user: `user-${i}`, item: `item-${i % 7}`, clicked: slot === 1, slot };
    });
    const aucOf = (placed: boolean): number =>
      played(rows, { placed })
        .points.rows()
        .find(({ name }) => name === 'blend')!.auc;
    expect(aucOf(true)).toBeGreaterThan(0.8);
    expect(aucOf(false)).toBeLessThan(0.6);
  });
});

describe('What a user was shown on one day', () => {
  it('is a list, ranked once and before anything of it is known', () => {
    const { report } = played(rowsOf(30)).lists!;
    expect([report.lists, report.ranks.lists()]).toEqual([60, 60]);
    const model = (name: string): number => report.columns.findIndex((column) => column.name === name);
    // Nobody knows anything before the first click, and whoever knows of it is right ever after.
    const [first, second, ...rest] = report.ranks.samples(model('popularity'), 'MRR');
    expect([first, second].every((value) => value === 1 || value === 0.5)).toBe(true);
    expect(Math.min(...rest)).toBe(1);
  });

  it('is not ranked anew by what came of its first rows', () => {
    // Each day has items of its own: popularity knows none of them when the list is shown first.
    const rows = Array.from({ length: 40 }, (_, i) => i).flatMap((day): Row[] =>
      ['x', 'y', 'x'].map((item) => ({ user: 'ann', item: `${item}-${day}`, clicked: item === 'x', day })),
    );
    const { report } = played(rows).lists!;
    expect(report.ranks.lists()).toBe(40);
    for (const name of ['popularity', 'item CTR']) {
      const model = report.columns.findIndex((column) => column.name === name);
      expect(report.ranks.mean(model, 'hit@1')).toBeLessThan(0.75);
    }
  });

  it('is no list with one item, and says nothing of order when all or none of it was clicked', () => {
    const row = (item: string, clicked: boolean, day: number): Row => ({ user: 'ann', item, clicked, day });
    const { report } = played([
      row('a', true, 0),
      row('a', false, 0),
      row('a', true, 1),
      row('b', true, 1),
      row('a', false, 2),
      row('b', false, 2),
      row('a', false, 3),
      row('b', true, 3),
    ]).lists!;
    expect([report.lists, report.ranks.lists()]).toEqual([3, 1]);
  });
});
