/** Promises about which lists are counted, and which clicks are theirs. */
import { Catalogue } from '#catalogue';
import { loadSettings } from '#config';
import type { Impression, Interaction, Served } from '#events';
import { asEventId, asItemId, asUserId } from '#kernel';
import { modelSettingsOf, OnlineModel } from '#learning';
import { rankingSettingsOf } from '#ranking';
import { RuleSet } from '#rules';
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

function asked(share = 1): WhatIf {
  const model = new OnlineModel(modelSettingsOf(settings));
  const rules = RuleSet.compile([]);
  const ranking = rankingSettingsOf(settings);
  return new WhatIf(
    { catalogue: new Catalogue(), model },
    { settings: ranking, rules, model },
    {
      settings: ranking,
      rules,
      positiveTypes: ['click'],
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
