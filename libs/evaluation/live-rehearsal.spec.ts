import { loadSettings } from '#config';
import { asEventId, asItemId, asUserId } from '#kernel';
import { modelSettingsOf } from '#learning';
import { LiveRehearsal } from './live-rehearsal.js';

const START = 1_700_000_000_000;
const settings = loadSettings({ REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '10', REKAPPA_MODEL_BITS: '10' });

function rehearsal(): LiveRehearsal {
  const play = new LiveRehearsal({
    partitions: 4,
    fold: { ...settings.interest, futureSkewSeconds: settings.log.futureSkewSeconds },
    model: modelSettingsOf(settings),
    tickMs: 1_000,
  });
  const fields = { categories: ['drama'] };
  for (const id of ['a', 'b', 'c']) {
    play.append({
      kind: 'upsert',
      eventId: asEventId(`up-${id}`),
      itemId: asItemId(id),
      timestamp: START,
      version: 1,
      mode: 'replace',
      fields,
    });
  }
  return play;
}

const user = { userId: asUserId('ada'), version: 1 as const };
const show = (play: LiveRehearsal, second: number): void =>
  play.append({
    kind: 'impression',
    ...user,
    eventId: asEventId(`list-${second}`),
    recommendationId: asEventId(`list-${second}`),
    timestamp: START + second * 1_000,
    items: [{ itemId: asItemId('a') }, { itemId: asItemId('b') }, { itemId: asItemId('c') }],
  });
const click = (play: LiveRehearsal, second: number, list: number): void =>
  play.append({
    kind: 'interaction',
    ...user,
    eventId: asEventId(`click-${second}`),
    recommendationId: asEventId(`list-${list}`),
    type: 'click',
    itemId: asItemId('b'),
    timestamp: START + second * 1_000,
  });

describe('a rehearsal', () => {
  it('knows a user only after their first event, and items at once', () => {
    const play = rehearsal();
    expect(play.user('ada')).toBeUndefined();
    expect(play.log.catalogue.get('a')?.categories).toEqual(['drama']);
    show(play, 0);
    expect(play.user('ada')).toBeDefined();
  });

  it('learns a list when its window has closed, and not before', () => {
    const play = rehearsal();
    show(play, 0);
    click(play, 5, 0);
    play.passTime(START + 9_000);
    expect(play.model.samples).toBe(0);
    play.passTime(START + 10_000);
    expect(play.model.samples).toBe(3);
    expect(play.model.report().cumulative.clicks).toBe(1);
  });

  it('plays a log the same way every time', () => {
    const hashes = [1, 2].map(() => {
      const play = rehearsal();
      for (let i = 0; i < 20; i++) {
        show(play, i * 7);
        if (i % 3 === 0) click(play, i * 7 + 2, i * 7);
      }
      return [play.model.hash().sha256, ...play.log.partitions.map((partition) => partition.hash().sha256)];
    });
    expect(hashes[0]).toEqual(hashes[1]);
  });
});
