import { loadSettings } from '#config';
import { encodeFrame, type LogEvent } from '#events';
import { foldSettingsOf } from '#interest';
import { asEventId, asItemId, asUserId, partitionOf } from '#kernel';
import { modelSettingsOf } from '#learning';
import { LiveRehearsal } from './live-rehearsal.js';

const START = 1_700_000_000_000;
const settings = loadSettings({ REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '10', REKAPPA_MODEL_BITS: '10' });

function rehearsal(): LiveRehearsal {
  const play = new LiveRehearsal({
    partitions: 4,
    fold: foldSettingsOf(settings),
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

  it('learns a list at its first click, and not before', () => {
    const play = rehearsal();
    show(play, 0);
    play.passTime(START + 4_000);
    expect(play.model.samples).toBe(0);
    click(play, 5, 0);
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

  it('folds a recorded log entry by entry to what it makes at once, and shows each event before it is folded', () => {
    const events: LogEvent[] = [0, 10, 20].flatMap((second): LogEvent[] => {
      const at = { ...user, timestamp: START + second * 1_000 };
      const listId = asEventId(`list-${second}`);
      return [
        {
          ...at,
          kind: 'impression',
          eventId: listId,
          recommendationId: listId,
          items: [{ itemId: asItemId('a') }],
        },
        {
          ...at,
          kind: 'interaction',
          eventId: asEventId(`c-${second}`),
          type: 'click',
          itemId: asItemId('a'),
        },
      ];
    });
    const message = {
      sequence: 7,
      subject: `log.user.${partitionOf('ada', 4)}`,
      appendedAt: START + 60_000,
      payload: encodeFrame([...events, events[0]!]),
      header: () => undefined,
    };
    const play = rehearsal();
    const seen: [string, number, number][] = [];
    play.play(message, ({ eventId }, fold) => {
      const before = play.records;
      fold();
      seen.push([eventId, before, play.records - before]);
    });
    expect(seen.map(([id]) => id)).toEqual([...events, events[0]!].map((event) => event.eventId));
    // An exposure and an outcome; an engagement and its click; nothing for the duplicate at the end.
    expect(seen.map(([, , records]) => records)).toEqual([2, 2, 2, 2, 2, 2, 0]);
    const { log } = rehearsal();
    log.fold(message);
    expect(play.log.partitions.map((p) => p.hash())).toEqual(log.partitions.map((p) => p.hash()));
  });
});
