/** Promises of settings in the log: a fold goes by those that hold at each place, from whichever side they are learnt. */
import { parseEvent, type SettingsEvent } from '#events';
import { Folding, testSettings } from './folding.fixture.js';
import { changedSettings, recordedSettings, SettingsHistory } from './settings-history.js';
import type { FoldSettings } from './fold-rules.js';

const entry = (settings: FoldSettings, change: object = {}): SettingsEvent => ({
  kind: 'settings',
  eventId: 's',
  timestamp: 1,
  version: 1,
  settings: { ...recordedSettings(settings), ...change },
});
const lasting = (seconds: number): FoldSettings => testSettings({ attributionSeconds: seconds });

describe('SettingsHistory', () => {
  it('goes by the entry in front, and in front of the first one by the first', () => {
    const history = new SettingsHistory(lasting(1));
    expect(history.at(5).attributionMs).toBe(1_000);
    history.record(10, entry(lasting(2)));
    history.record(20, entry(lasting(3)));
    const at = [1, 9, 10, 11, 19, 20, 1e9].map((sequence) => history.at(sequence).attributionMs / 1_000);
    expect(at).toEqual([2, 2, 2, 2, 2, 3, 3]);
    expect(history.newest).toEqual(lasting(3));
  });

  it('hears of an entry once, however often it is told; of one message the last word counts', () => {
    const history = new SettingsHistory(lasting(1));
    for (const [sequence, seconds] of [
      [10, 2],
      [20, 3],
      [20, 4],
      [10, 2],
    ] as const)
      history.record(sequence, entry(lasting(seconds)));
    expect([history.at(10), history.at(20)].map(({ attributionMs }) => attributionMs)).toEqual([
      2_000, 4_000,
    ]);
  });

  it('reads back exactly what was written, whatever is configured', () => {
    const written = testSettings({
      weights: { click: 1.5, nudge: -2 },
      positiveTypes: ['click'],
      segments: [{ name: 'known', atLeast: { click: 3 }, profile: {} }],
      withoutFeatures: ['age'],
      extraFeatures: ['segment-items'],
      futureSkewSeconds: 7,
      tasteSketch: false,
    });
    const history = new SettingsHistory(lasting(1));
    const { event } = parseEvent(entry(written)) as { event: SettingsEvent };
    expect(Object.keys(event.settings).sort()).toEqual(Object.keys(written).sort());
    history.record(1, event);
    expect(changedSettings(history.newest!, written)).toEqual([]);
  });

  it('leaves out what a later version has, and takes from the configuration what an earlier one had not', () => {
    const history = new SettingsHistory(testSettings({ recentMax: 7 }));
    const { recentMax: _, ...earlier } = recordedSettings(lasting(2));
    const later = { ...earlier, ofALaterVersion: true, withoutFeatures: ['age', 'of a later version'] };
    const parsed = parseEvent({ ...entry(lasting(2)), settings: later });
    history.record(1, (parsed as { event: SettingsEvent }).event);
    expect(history.newest).toEqual({ ...lasting(2), recentMax: 7, withoutFeatures: ['age'] });
  });

  it('has no extra features in what was folded before there were any, whatever is configured', () => {
    const history = new SettingsHistory(testSettings({ extraFeatures: ['segment-items'] }));
    const { extraFeatures: _, ...earlier } = recordedSettings(lasting(2));
    history.record(1, { ...entry(lasting(2)), settings: earlier });
    expect(history.newest!.extraFeatures).toEqual([]);
  });

  it.each([
    { attributionSeconds: -1 },
    { attributionSeconds: 'NaN' },
    { weights: { click: 'much' } },
    { segments: 3 },
  ])('never hears of %j: it is refused where the log is read', (change) => {
    const read = (event: object): boolean => parseEvent(JSON.parse(JSON.stringify(event))).ok;
    expect(read(entry(lasting(2)))).toBe(true);
    expect(read(entry(lasting(2), change))).toBe(false);
  });

  it('lets what is asked for hold everywhere', () => {
    const history = new SettingsHistory(lasting(1), { attributionSeconds: 9 });
    history.record(1, entry(lasting(2)));
    expect(history.at(1).attributionMs).toBe(9_000);
  });
});

describe('PartitionFold', () => {
  it('changes its rules with the entry: the same click is one of a list, or comes too late', () => {
    const minutes = (count: number): number => 1_700_000_000_000 + count * 60_000;
    const labels = (change: number | undefined): number[] => {
      const folding = new Folding(lasting(3_600));
      folding.rules.record(1, entry(lasting(3_600)));
      if (change !== undefined) folding.rules.record(change, entry(lasting(60)));
      folding.given(folding.impression(minutes(0), ['a'])).given(folding.click(minutes(10), 'a'));
      folding.given(folding.impression(minutes(20), ['b'])).given(folding.click(minutes(30), 'b'));
      return folding.outcomes().map(({ label }) => label);
    };
    expect(labels(undefined)).toEqual([0, 1, 0, 1]);
    expect(labels(3)).toEqual([0, 1, 0]);
  });
});
