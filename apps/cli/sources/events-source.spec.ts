import { mapEventLine } from './events-source.js';

const click = {
  kind: 'interaction',
  eventId: 'e1',
  userId: 'ada',
  itemId: 'lamp',
  type: 'click',
  timestamp: 1_700_000_000_000,
  version: 1,
};
const base = { eventId: 'e2', itemId: 'lamp', timestamp: 1_700_000_000_000 };
const exported = (event: object): string =>
  JSON.stringify({ sequence: 7, index: 0, appendedAt: '2026-01-31T12:00:00.000Z', event });

describe('a line of our own events', () => {
  it('is an event, or an event as it was exported', () => {
    expect(mapEventLine(JSON.stringify(click), true)).toEqual({ ok: true, event: click });
    expect(mapEventLine(exported(click), true)).toEqual({ ok: true, event: click });
  });

  it.each([
    ['{"kind"', 'not JSON'],
    ['7', 'an event must be a JSON object'],
    [exported({ ...click, type: 'NOT A TYPE' }), 'type: '],
    [
      exported({ kind: 'erase', eventId: 'e', userId: 'ada', timestamp: 1 }),
      'erase is written by the system itself',
    ],
    [
      exported({ kind: 'tick', eventId: 'e', epoch: 1, timestamp: 1 }),
      'tick is written by the system itself',
    ],
  ])('%s is refused', (line, reason) => {
    expect(mapEventLine(line, false)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  it.each(['hide', 'delete'])('%s needs the way that takes events as they are', (kind) => {
    const line = exported({ kind, ...base });
    expect(mapEventLine(line, true)).toEqual({ ok: false, reason: `${kind} goes in with --nats only` });
    expect(mapEventLine(line, false).ok).toBe(true);
  });
});
