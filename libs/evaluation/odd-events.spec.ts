/** What the doors let through although it looks wrong: folded and learnt, it leaves no number that is not finite. */
import { settingsSchema } from '#config';
import { parseEvent, type LogEvent, type Tick } from '#events';
import { foldSettingsOf } from '#interest';
import { partitionOf } from '#kernel';
import { modelSettingsOf } from '#learning';
import { badEventText, notFinite, ODD_EVENTS } from '#testkit';
import { LiveRehearsal } from './live-rehearsal.js';

const NOW = 1_700_000_000_000;
const settings = settingsSchema.parse({
  model: { bits: 12 },
  log: { partitions: 2 },
  interest: { attributionSeconds: 60 },
});

const eventOf = (value: unknown): Exclude<LogEvent, Tick> => {
  const parsed = parseEvent(value);
  if (!parsed.ok || parsed.event.kind === 'tick') throw new Error('not an event');
  return parsed.event;
};

describe('A system that was given odd events', () => {
  const rehearsal = new LiveRehearsal({
    partitions: 2,
    fold: foldSettingsOf(settings),
    model: modelSettingsOf(settings),
    tickMs: 1_000,
  });
  let [now, ids] = [NOW, 0];
  const append = (value: object) =>
    rehearsal.append(eventOf({ eventId: `e${ids++}`, userId: 'u', timestamp: (now += 1_000), ...value }));
  /** A list of what there is, and a click on it. */
  const use = (itemIds: readonly string[]) => {
    append({ kind: 'impression', items: itemIds.map((itemId) => ({ itemId })) });
    append({ kind: 'interaction', type: 'click', itemId: itemIds[0]! });
    append({ kind: 'interaction', type: 'purchase', itemId: itemIds[0]! });
  };
  const item = (itemId: string, fields: object) => {
    const upsert = { kind: 'upsert', eventId: `e${ids++}`, itemId, timestamp: (now += 1_000), fields };
    rehearsal.append(eventOf(upsert));
  };

  it('has only finite numbers, and learns what comes after', () => {
    item('plain', { embedding: [1, 0, 0, 0], attributes: { f_a: 1 } });
    use(['plain']);
    ODD_EVENTS.forEach((odd, i) => {
      const base = { eventId: `odd-${i}`, userId: 'u', itemId: `odd-${i}`, timestamp: (now += 1_000) };
      rehearsal.append(eventOf(JSON.parse(badEventText(odd, base))));
      use([base.itemId, 'plain', '__proto__', 'constructor']);
    });
    // Far past and far future, as only a direct publisher can write them: the log's own time stays.
    for (const timestamp of [1, 9_007_199_254_740_991]) {
      const event = eventOf({
        kind: 'impression',
        eventId: `far-${timestamp}`,
        userId: 'u',
        timestamp,
        items: [{ itemId: 'plain' }],
      });
      rehearsal.log.foldUsers(partitionOf('u', 2), ++rehearsal.sequence, now, [{ index: 0, event }]);
    }
    expect(rehearsal.model.eventTime).toBeLessThanOrEqual(now + 300_000);
    expect(notFinite(rehearsal.model)).toEqual([]);
    expect(notFinite([...rehearsal.log.catalogue.values()])).toEqual([]);
    expect(notFinite(rehearsal.user('u'), 'user')).toEqual([]);
    expect(rehearsal.model.rejected).toBe(0);

    const before = rehearsal.model.samples;
    use(['plain']);
    now += 10 * 60_000;
    rehearsal.passTime(now);
    expect(rehearsal.model.samples).toBeGreaterThan(before);
  });

  it('keeps a user’s taste through embeddings of zeros', () => {
    const taste = rehearsal.user('u')!.taste.vector;
    expect(taste && Array.from(taste).every(Number.isFinite)).toBe(true);
  });
});
