/** What a host finds in the log, whoever put it there: refused with its code, or taken as it is; never thrown at. */
import { BAD_EVENTS, badEventText, ODD_EVENTS } from '#testkit';
import { decodeFrame } from './frame.js';

const base = { eventId: 'e', userId: 'u', itemId: 'i', timestamp: 1_700_000_000_000 };
const decoded = (text: string) => decodeFrame(Buffer.from(text));

describe('A frame', () => {
  it.each(BAD_EVENTS.map((bad) => [bad.what, bad] as const))('refuses %s', (_what, bad) => {
    const entries = decoded(badEventText(bad, base));
    expect(entries).toHaveLength(1);
    const [entry] = entries;
    expect('rejection' in entry! && entry.rejection.code).toBe(bad.code);
    // What is buried has to be written as JSON.
    expect(() => JSON.stringify(entry)).not.toThrow();
  });

  it.each(ODD_EVENTS.map((odd) => [odd.what, odd] as const))('takes %s', (_what, odd) => {
    const [entry] = decoded(badEventText(odd, base));
    expect('event' in entry! ? 'taken' : entry!.rejection).toBe('taken');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('of a hundred thousand brackets is one rejection', () => {
    const text = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(decoded(text)).toEqual([
      { index: 0, rejection: { code: 'REK_INVALID_EVENT', message: expect.any(String) }, raw: undefined },
    ]);
  });
});
