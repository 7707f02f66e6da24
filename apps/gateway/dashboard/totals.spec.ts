import { pathToFileURL } from 'node:url';

interface Totals {
  note(process: string, at: number, values: Record<string, number>): void;
  grown(overMs: number): { added: Record<string, number>; perSecond: Record<string, number> } | undefined;
}

/** Written for browsers, without types: it runs here as it does there. */
const { href } = pathToFileURL('apps/gateway/dashboard/page/totals.js');
const { Totals } = (await import(href)) as { Totals: new () => Totals };

describe('What totals of the dashboard grew by', () => {
  it('is unknown before the second answer, then what was added, over all that count', () => {
    const totals = new Totals();
    totals.note('a', 0, { clicks: 100 });
    expect(totals.grown(5_000)).toBeUndefined();
    totals.note('a', 2_000, { clicks: 110, views: 4 });
    totals.note('b', 1_000, { clicks: 0 });
    totals.note('b', 2_000, { clicks: 7 });
    expect(totals.grown(5_000)).toEqual({
      added: { clicks: 17, views: 4 },
      perSecond: { clicks: 12, views: 2 },
    });
  });

  it('is of the newest time asked for', () => {
    const totals = new Totals();
    [0, 10, 20, 120].forEach((clicks, second) => totals.note('a', second * 1_000, { clicks }));
    expect(totals.grown(1_000)?.perSecond).toEqual({ clicks: 100 });
    expect(totals.grown(60_000)?.added).toEqual({ clicks: 120 });
  });

  it('is never negative: who starts anew counts from there, and the same answer twice counts once', () => {
    const totals = new Totals();
    totals.note('a', 0, { clicks: 100 });
    totals.note('a', 1_000, { clicks: 3 });
    expect(totals.grown(5_000)).toBeUndefined();
    totals.note('a', 1_000, { clicks: 3 });
    totals.note('a', 2_000, { clicks: 5 });
    expect(totals.grown(5_000)?.added).toEqual({ clicks: 2 });
  });
});
