import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '#config';
import { asEventId, asItemId, asUserId } from '#kernel';
import type { LogEvent, Tick } from '#events';
import { UsageError } from '../terminal/exit.js';
import { reportOf } from './click-log.js';
import { evaluationContext, rehearsalOf } from './context.js';
import type { SharedOptions } from './dataset.js';
import { Prequential } from './prequential.js';
import { renderReport } from './report.js';

type Event = Exclude<LogEvent, Tick>;

const OPTIONS: SharedOptions & Record<string, unknown> = { json: false, set: [], last: 0.5, compare: [] };
const contextWith = (options: Partial<SharedOptions>) =>
  evaluationContext({ ...OPTIONS, ...options }, new AbortController().signal);

describe('files of a data set', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rekappa-evaluate-'));
    for (const name of ['log.csv.gz', 'items.csv']) await writeFile(join(folder, name), '');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are found in a folder, packed or not', async () => {
    const { file } = contextWith({ dataFolder: folder });
    expect(await file('set/log.csv')).toBe(join(folder, 'log.csv.gz'));
    expect(await file('set/items.csv.gz')).toBe(join(folder, 'items.csv'));
  });

  it('are looked for beside the main file that was named, whatever its name', async () => {
    const { file } = contextWith({ dataFile: join(folder, 'log.csv.gz') });
    expect(await file('set/other-name.csv')).toBe(join(folder, 'log.csv.gz'));
    expect(await file('set/items.csv')).toBe(join(folder, 'items.csv'));
  });

  it('that are not there are a wrong call, which says what to do', async () => {
    const missing = contextWith({ dataFolder: folder }).file('set/none.csv');
    await expect(missing).rejects.toThrow(UsageError);
    await expect(missing).rejects.toThrow(/none\.csv does not exist\. Set REKAPPA_DATA .*--data-folder/);
  });
});

describe('settings of an evaluation', () => {
  it('are the defaults, then the data set’s own, then those of --set', () => {
    const context = contextWith({ set: ['ftrl.alpha=0.3'] });
    expect(context.settings.ftrl.alpha).toBe(0.3);
    const own = context.settingsWith(['ftrl.alpha=0.1', 'interest.attributionSeconds=10']);
    expect([own.ftrl.alpha, own.interest.attributionSeconds]).toEqual([0.3, 10]);
  });
});

describe('a log of lists and clicks', () => {
  const START = 1_700_000_000_000;
  const settings = loadSettings({ REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '10', REKAPPA_MODEL_BITS: '10' });

  /** 40 lists of three; item b is clicked five seconds later, in three lists of four. */
  function events(): Event[] {
    return Array.from({ length: 40 }, (_, i): Event[] => {
      const base = { userId: asUserId(`user-${i % 4}`), version: 1 as const };
      const listId = asEventId(`list-${i}`);
      const at = START + i * 20_000;
      const items = ['a', 'b', 'c'].map((id) => ({ itemId: asItemId(id) }));
      return [
        { ...base, kind: 'impression', eventId: listId, timestamp: at, recommendationId: listId, items },
        ...(i % 4 === 0
          ? []
          : [
              {
                ...base,
                kind: 'interaction' as const,
                eventId: asEventId(`click-${i}`),
                timestamp: at + 5_000,
                type: 'click',
                itemId: asItemId('b'),
              },
            ]),
      ];
    }).flat();
  }

  const played = (log: Event[]): Prequential => {
    const prequential = new Prequential(rehearsalOf(settings));
    for (const event of log) prequential.play(event);
    prequential.end();
    return prequential;
  };

  it('is predicted before it is learnt, by every model and baseline', () => {
    const { lists, points } = played(events());
    expect([lists.lists, lists.ranks.lists(), points.samples()]).toEqual([40, 30, 120]);
    expect(points.rate()).toBeCloseTo(30 / 120);
    const popularity = lists.columns.findIndex(({ name }) => name === 'popularity');
    // Only before the first click is there something not to know.
    const [first, ...rest] = lists.ranks.samples(popularity, 'MRR');
    expect(first!).toBeLessThanOrEqual(1);
    expect(Math.min(...rest)).toBe(1);
  });

  it('counts no event twice', () => {
    const log = events();
    const twice = log.flatMap((event) => [event, event]);
    const [once, again] = [played(log), played(twice)];
    expect(again.points.rows()).toEqual(once.points.rows());
    expect(again.lists.lists).toBe(40);
  });

  it('judges a list once that is shown again, or in parts', () => {
    const again = events().flatMap((event): Event[] =>
      event.kind === 'impression'
        ? [event, { ...event, eventId: asEventId(`${event.eventId} again`) }]
        : [event],
    );
    const parts = events().flatMap((event): Event[] =>
      event.kind === 'impression'
        ? [0, 1, 2].map((i) => ({
            ...event,
            eventId: asEventId(`${event.eventId} part ${i}`),
            items: [{ ...event.items[i]!, position: i + 1 }],
          }))
        : [event],
    );
    for (const log of [again, parts]) {
      const { lists, points } = played(log);
      expect([lists.lists, lists.ranks.lists(), points.samples()]).toEqual([40, 30, 120]);
      const asShown = lists.columns.findIndex(({ name }) => name === 'as shown');
      expect(lists.ranks.mean(asShown, 'MRR')).toBe(1 / 2);
    }
  });

  it('gives a click to its list that was written down before it', () => {
    const log = events();
    const early = log.map((event, i): Event => {
      const next = log[i + 1];
      if (event.kind === 'interaction') return log[i - 1]!;
      return next?.kind === 'interaction' ? next : event;
    });
    const { lists, points } = played(early);
    expect([lists.ranks.lists(), points.rate()]).toEqual([30, 30 / 120]);
  });

  it('tells how well is foretold what comes of a click, where anything does', () => {
    const titles = (log: Event[]): string[] =>
      reportOf('demo', played(log), { last: 0.5, compare: [] }, { input: {} }).tables.map(
        ({ title }) => title,
      );
    const liked = events().flatMap((event, i): Event[] =>
      event.kind === 'interaction' && i % 3 === 0
        ? [
            event,
            { ...event, eventId: asEventId(`like-${i}`), timestamp: event.timestamp + 1_000, type: 'like' },
          ]
        : [event],
    );
    expect(titles(events())).not.toContain('what comes of a click, the newest of each goal');
    const report = reportOf('demo', played(liked), { last: 0.5, compare: [] }, { input: {} });
    const { rows } = report.tables.find(({ title }) => title.startsWith('what comes of a click'))!;
    expect(rows.map(([goal, clicks]) => [goal, clicks])).toEqual([['like', 29]]); // the last list's window is open still
    expect(rows[0]!.slice(2).every((value) => typeof value === 'number')).toBe(true);
  });

  it('becomes a report with tables, comparisons and curves, and a text that a person can read', () => {
    const report = reportOf(
      'demo',
      played(events()),
      { last: 0.5, compare: [['blend', 'item CTR']] },
      {
        input: { events: 70 },
      },
    );
    const text = renderReport(report);
    expect(
      report.tables
        .find(({ title }) => title === 'slots')!
        .rows.map(([slot, shown, clicks]) => [slot, shown, clicks]),
    ).toEqual([
      ['1', 40, 0],
      ['2', 40, 30],
      ['3', 40, 0],
    ]);
    for (const part of [
      'demo: events 70, ',
      'NDCG@10',
      'AUC per user',
      'novelty, bits',
      'blend − item CTR: ',
      'fold and learn an event',
    ])
      expect(text).toContain(part);
    expect(report.curves.map((curve) => curve.series.length > 0)).toEqual([true, true, true]);
    expect(() =>
      reportOf('demo', played(events()), { last: 0.5, compare: [['blend', 'nothing']] }, { input: {} }),
    ).toThrow('there is no model "nothing" to compare; there are random, ');
  });
});
