/** Promises about logs in which nobody has served: only impressions, with chances that clients have sent, or without. */
import { loadSettings } from '#config';
import type { Impression } from '#events';
import { asEventId, asItemId, asUserId } from '#kernel';
import { modelSettingsOf, OnlineModel } from '#learning';
import { rankingSettingsOf } from '#ranking';
import { RuleSet } from '#rules';
import { Catalogue } from '#catalogue';
import { WhatIf } from './what-if.js';
import type { PropensitySource } from './what-if-report.js';

const NOW = 1_700_000_000_000;
const ITEMS = 6;
const LISTS = 400;
const settings = loadSettings({ REKAPPA_MODEL_BITS: '10' });
const random = { ...rankingSettingsOf(settings), policy: 'random' as const };

/** Two items of six, evenly drawn: the first slot has 1/6, the second 1/5. */
function impression(list: number, propensities: readonly (number | undefined)[]): Impression {
  const first = list % ITEMS;
  const second = (first + 1 + (Math.floor(list / ITEMS) % (ITEMS - 1))) % ITEMS;
  return {
    kind: 'impression',
    version: 1,
    eventId: asEventId(`shown ${list}`),
    userId: asUserId(`user ${list}`),
    timestamp: NOW,
    items: [first, second].map((item, slot) => ({
      itemId: asItemId(`item ${item}`),
      ...(propensities[slot] !== undefined && { propensity: propensities[slot] }),
    })),
  };
}

/** @param parts the impressions that show a list */
function ask(
  source: PropensitySource,
  lists: readonly Impression[],
  parts = (list: Impression): Impression[] => [list],
) {
  const catalogue = new Catalogue();
  for (let item = 0; item < ITEMS; item++)
    catalogue.apply(
      {
        kind: 'upsert',
        version: 1,
        eventId: asEventId(`up ${item}`),
        itemId: asItemId(`item ${item}`),
        timestamp: NOW,
        mode: 'replace',
        fields: {},
      },
      { sequence: 1, index: item },
      NOW,
    );
  const model = new OnlineModel(modelSettingsOf(settings));
  const rules = RuleSet.compile([]);
  const whatIf = new WhatIf(
    { catalogue, model },
    { settings: random, rules, model },
    {
      settings: random,
      rules,
      positiveTypes: ['click'],
      attributionSeconds: 60,
      assumption: source === 'shown' ? 'cascade' : 'item-position',
      propensities: source,
    },
  );
  for (const shown of lists) {
    // The log is read ahead: a list is ranked once all of it is known.
    const taken = parts(shown).flatMap((part) => whatIf.takesShown(part) ?? []);
    for (const event of taken) whatIf.rank({ event, user: undefined, moment: 'unnamed', appendedAt: NOW });
    for (const part of parts(shown)) whatIf.heard(part);
    const clicked = shown.items[1]!;
    if (clicked.itemId === 'item 3')
      whatIf.heard({
        kind: 'interaction',
        version: 1,
        eventId: asEventId(`click ${shown.eventId}`),
        userId: shown.userId,
        timestamp: NOW + 1,
        type: 'click',
        itemId: clicked.itemId,
      });
  }
  return whatIf.report({ resamples: 100 });
}

const lists = (propensities: readonly (number | undefined)[]): Impression[] =>
  Array.from({ length: LISTS }, (_, list) => impression(list, propensities));

describe('a log of impressions', () => {
  it('with chances answers from them: of the policy that they tell of, weight 1 and what it earned', () => {
    const { estimates, behaviour, diagnostics, refusal, leftOut } = ask('shown', lists([1 / 6, 1 / 5]));
    expect([refusal, leftOut]).toEqual([undefined, {}]);
    expect(diagnostics.weightMean).toBeCloseTo(1, 12);
    expect(diagnostics.weightMax).toBeCloseTo(1, 12);
    expect(behaviour).toBeGreaterThan(0.05);
    expect(estimates.find(({ name }) => name === 'IPS')!.value).toBeCloseTo(behaviour, 12);
  });

  it('with chances, asked for lists of our own, says that there are none, and how to ask', () => {
    const { refusal, foreign, lists: ours } = ask('logged', lists([1 / 6, 1 / 5]));
    expect([ours, foreign]).toEqual([0, { lists: LISTS, withPropensities: LISTS }]);
    expect(refusal).toEqual({
      code: 'nothing-logged',
      reason: expect.stringContaining('--propensities shown'),
    });
  });

  it('in parts, or again, are weighed as if they were shown at once', () => {
    const named = lists([1 / 6, 1 / 5]).map((event) => ({ ...event, recommendationId: event.eventId }));
    const again = (event: Impression, name: string): Impression => ({
      ...event,
      eventId: asEventId(`${event.eventId} ${name}`),
    });
    const halves = (event: Impression): Impression[] =>
      event.items.map((item, i) => ({ ...again(event, `${i}`), items: [{ ...item, position: i + 1 }] }));
    const whole = ask('shown', named);
    expect(whole.estimates.length).toBeGreaterThan(0);
    expect(ask('shown', named, halves)).toEqual(whole);
    expect(ask('shown', named, (event) => halves(event).reverse())).toEqual(whole);
    expect(ask('shown', named, (event) => [event, event, again(event, 'again')])).toEqual(whole);
  });

  it('with chances that cannot be those of the lists is refused', () => {
    const { refusal, estimates } = ask('shown', lists([1 / 12, 1 / 5]));
    expect([refusal?.code, estimates]).toEqual(['wrong-propensities', []]);
  });

  it('with chances that are too high is refused: what they leave over was never shown', () => {
    expect(ask('shown', lists([1 / 2, 1 / 2])).refusal?.code).toBe('no-support');
  });

  it('without alternatives is refused', () => {
    const { refusal, leftOut } = ask('shown', lists([1, 1]));
    expect(refusal).toEqual({ code: 'no-support', reason: expect.stringContaining('only ones possible') });
    expect(leftOut).toEqual({ certain: LISTS });
  });

  it('without chances, or with those of some items only, is refused', () => {
    for (const none of [[], [1 / 6, undefined]]) {
      const { refusal, leftOut } = ask('shown', lists(none));
      expect(refusal).toEqual({ code: 'no-propensities', reason: expect.stringContaining('fitted') });
      expect(leftOut).toEqual({ 'no-propensities': LISTS });
    }
    expect(ask('logged', lists([])).refusal?.reason).toContain('--propensities fitted');
  });

  it('of which the first slots are not known is refused: what stands above is part of every chance', () => {
    const deeper = lists([1 / 6, 1 / 5]).map((event) => ({
      ...event,
      items: event.items.map((item, i) => ({ ...item, position: i + 3 })),
    }));
    expect(ask('shown', deeper).refusal?.code).toBe('no-propensities');
  });

  it('without chances is answered by fitted ones, and says so', () => {
    const { propensities, estimates, behaviour, refusal, diagnostics } = ask('fitted', lists([]));
    expect([propensities, refusal]).toEqual(['fitted', undefined]);
    expect(diagnostics.withoutPropensity).toBe(200);
    const { low, high } = estimates.find(({ name }) => name === 'SNIPS')!;
    expect(low <= behaviour && behaviour <= high).toBe(true);
  });
});
