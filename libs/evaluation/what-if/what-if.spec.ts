/** Promises about which lists are counted, and which clicks are theirs. */
import { Catalogue } from '#catalogue';
import { loadSettings } from '#config';
import type { Impression, Interaction, Served } from '#events';
import { asEventId, asItemId, asUserId } from '#kernel';
import { modelSettingsOf, OnlineModel } from '#learning';
import { rankingSettingsOf } from '#ranking';
import { RuleSet } from '#rules';
import type { Reward } from './reward.js';
import { WhatIf } from './what-if.js';

const NOW = 1_700_000_000_000;
const settings = loadSettings({ REKAPPA_MODEL_BITS: '10' });
const ada = { version: 1 as const, userId: asUserId('ada') };
const ITEMS = ['a', 'b', 'c', 'd', 'e'].map(asItemId);

const served = (id: string, itemIds = ITEMS): Served => ({
  kind: 'served',
  ...ada,
  eventId: asEventId(`${id} served`),
  timestamp: NOW,
  recommendationId: asEventId(id),
  scenario: 'default',
  policy: 'plackett-luce-1',
  modelVersion: '',
  epoch: 0,
  items: itemIds.map((itemId, i) => ({ itemId, position: i + 1, score: 0, channel: 'new', propensity: 0.2 })),
});

const shown = (id: string, second: number, itemIds = ITEMS): Impression => ({
  kind: 'impression',
  ...ada,
  eventId: asEventId(`${id} shown at ${second}`),
  timestamp: NOW + second * 1_000,
  recommendationId: asEventId(id),
  items: itemIds.map((itemId) => ({ itemId })),
});

const click = (second: number, itemId: string, recommendationId?: string): Interaction => ({
  kind: 'interaction',
  ...ada,
  eventId: asEventId(`click at ${second}`),
  timestamp: NOW + second * 1_000,
  type: 'click',
  itemId: asItemId(itemId),
  ...(recommendationId !== undefined && { recommendationId: asEventId(recommendationId) }),
});

/** Anything but a click. @param value seconds, of a dwell */
const did = (second: number, type: string, itemId: string, value?: number, listId = '1'): Interaction => ({
  ...click(second, itemId, listId),
  eventId: asEventId(`${type} at ${second}`),
  type,
  ...(value !== undefined && { value }),
});

function asked(share = 1, reward?: Reward): WhatIf {
  const model = new OnlineModel(modelSettingsOf(settings));
  const rules = RuleSet.compile([]);
  const ranking = rankingSettingsOf(settings);
  return new WhatIf(
    { catalogue: new Catalogue(), model },
    { settings: ranking, rules, model },
    {
      settings: ranking,
      rules,
      positiveTypes: ['click', 'like'],
      likeTypes: ['like'],
      conversionTypes: ['cart', 'purchase'],
      ...(reward && { reward }),
      attributionSeconds: 60,
      assumption: 'item-position',
      share,
    },
  );
}

function countsOf(whatIf: WhatIf) {
  const { lists, shown: heard, foreign, behaviourOfAll } = whatIf.report({ resamples: 10 });
  return { lists, shown: heard, foreign: foreign.lists, behaviourOfAll };
}

describe('A served list', () => {
  const counted = { lists: 1, shown: 1, foreign: 0 };

  it.each([
    ['shown once', [shown('1', 1), click(2, 'b', '1')]],
    ['whose impression is sent again', [shown('1', 1), shown('1', 1), click(2, 'b', '1'), shown('1', 3)]],
    ['shown in parts', [shown('1', 1, ITEMS.slice(0, 3)), shown('1', 2, ITEMS.slice(3)), click(3, 'e', '1')]],
    ['whose click comes before its impression', [click(2, 'b', '1'), shown('1', 1)]],
  ])('%s counts once, with its click', (_, events) => {
    const whatIf = asked();
    whatIf.takes(served('1'));
    for (const event of events) whatIf.heard(event);
    expect(countsOf(whatIf)).toEqual({ ...counted, behaviourOfAll: 1 / 5 });
  });

  it('has the clicks on all its parts', () => {
    const whatIf = asked();
    const ten = Array.from({ length: 10 }, (_, i) => asItemId(`item ${i + 1}`));
    whatIf.takes(served('1', ten));
    whatIf.heard(shown('1', 1, ten.slice(0, 5)));
    whatIf.heard(click(2, 'item 2', '1'));
    whatIf.heard(shown('1', 50, ten.slice(5)));
    whatIf.heard(click(100, 'item 7', '1'));
    expect(countsOf(whatIf)).toEqual({ ...counted, behaviourOfAll: 2 / 10 });
  });
});

describe('A share of the lists', () => {
  it('takes no click that belongs to a list that is not looked at', () => {
    const ids = Array.from({ length: 64 }, (_, i) => `list ${i}`);
    const older = ids.find((id) => asked(0.5).takes(served(id)))!;
    const newer = ids.find((id) => !asked(0.5).takes(served(id)))!;
    const whatIf = asked(0.5);
    for (const id of [older, newer]) whatIf.takes(served(id));
    for (const event of [shown(older, 1), shown(newer, 2)]) whatIf.takesShown(event);
    for (const event of [shown(older, 1), shown(newer, 2), click(3, 'a'), click(4, 'b', older)])
      whatIf.heard(event);
    expect(countsOf(whatIf)).toEqual({ lists: 1, shown: 1, foreign: 0, behaviourOfAll: 1 / 5 });
  });
});

describe('What an item shown earns', () => {
  const EVENTS = [
    shown('1', 1),
    click(2, 'a', '1'),
    did(3, 'dwell', 'a', 12),
    did(4, 'dwell', 'a', 40),
    did(5, 'like', 'b'),
    did(6, 'purchase', 'c'),
    click(7, 'c', '1'),
    did(8, 'cart', 'd'),
    did(9, 'dwell', 'e', 20),
    did(70, 'like', 'a'),
  ];
  const reportOf = (reward: Reward | undefined, events: readonly (Impression | Interaction)[]) => {
    const whatIf = asked(1, reward);
    whatIf.takes(served('1'));
    for (const event of events) whatIf.heard(event);
    return whatIf.report({ resamples: 10 });
  };

  it.each([
    [undefined, 'clicks per item shown', 3, 3 / 5],
    ['click', 'clicks per item shown', 3, 3 / 5],
    // The like of `a` comes after the window.
    ['like', 'likes per item shown', 1, 1 / 5],
    // A deed may come before its click; `d` never was clicked.
    ['conversion', 'conversions per item shown', 1, 1 / 5],
    // Both stays at `a`, cut at 30 s; `e` never was clicked.
    ['dwell', 'seconds of dwell per item shown', 1, 30 / 5],
  ] as const)('by %s is counted in %s, as the fold counts it', (reward, unit, outcomes, behaviourOfAll) => {
    expect(reportOf(reward, EVENTS)).toMatchObject({
      ...{ reward: reward ?? 'click', unit, outcomes, behaviourOfAll },
    });
  });
});
