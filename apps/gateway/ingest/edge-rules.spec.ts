import { loadSettings } from '#config';
import { PUBLIC_KINDS } from '#events';
import { checkAtEdge, YEAR_2000_MS } from './edge-rules.js';

const NOW = Date.UTC(2024, 5, 1);
const settings = loadSettings({
  REKAPPA_LOG_FUTURE_SKEW_SECONDS: '60',
  REKAPPA_LOG_EMBEDDING_DIMENSIONS: '3',
  REKAPPA_INTEREST_WEIGHTS: '{"wishlist":2}',
});
const check = (event: unknown) => checkAtEdge(event, PUBLIC_KINDS, settings, NOW);
const click = (extra: object = {}) => ({
  kind: 'interaction',
  type: 'click',
  userId: 'u',
  itemId: 'i',
  eventId: 'e',
  timestamp: NOW,
  ...extra,
});
const base = { userId: 'u', eventId: 'e', timestamp: NOW };
const codeOf = (event: unknown) => {
  const parsed = check(event);
  return parsed.ok ? 'ok' : parsed.rejection.code;
};

describe('the edge', () => {
  it('takes event times from the year 2000 to the allowed skew, both included', () => {
    expect(codeOf(click({ timestamp: YEAR_2000_MS - 1 }))).toBe('REK_TIMESTAMP_OUT_OF_RANGE');
    expect(codeOf(click({ timestamp: YEAR_2000_MS }))).toBe('ok');
    expect(codeOf(click({ timestamp: NOW + 60_000 }))).toBe('ok');
    expect(codeOf(click({ timestamp: NOW + 60_001 }))).toBe('REK_TIMESTAMP_OUT_OF_RANGE');
  });

  it('knows the interaction types of this deployment, and no inherited names', () => {
    expect(codeOf(click({ type: 'wishlist' }))).toBe('ok');
    expect(codeOf(click({ type: 'teleport' }))).toBe('REK_UNKNOWN_INTERACTION');
    expect(codeOf(click({ type: 'constructor' }))).toBe('REK_UNKNOWN_INTERACTION');
  });

  it('takes names of attributes with whole characters only', () => {
    const profile = (name: string) => codeOf({ ...base, kind: 'profile', attributes: { [name]: 1 } });
    expect(profile('age 😀')).toBe('ok');
    expect(profile('age \ud83d')).toBe('REK_INVALID_EVENT');
  });

  it('keeps what only hosts may write from coming through the door', () => {
    for (const kind of ['served', 'tick', 'absorb', 'erase', 'upsert', 'toString', 7, undefined])
      expect(codeOf({ ...click(), kind })).toBe('REK_UNKNOWN_KIND');
  });

  it('fills in a random id and the time, and leaves the caller’s event as it was', () => {
    const event = Object.freeze({ kind: 'interaction', type: 'click', userId: 'u', itemId: 'i' });
    const [one, two] = [check(event), check(event)];
    if (!one.ok || !two.ok) throw new Error('refused');
    expect(one.event.timestamp).toBe(NOW);
    expect(one.event.eventId).not.toBe(two.event.eventId);
  });

  it('holds embeddings to the deployment’s length, and lets them be taken away', () => {
    const upsert = (embedding: number[]) =>
      checkAtEdge({ kind: 'upsert', itemId: 'i', fields: { embedding } }, ['upsert'], settings, NOW);
    expect(upsert([1, 2, 3]).ok).toBe(true);
    expect(upsert([]).ok).toBe(true);
    expect(upsert([1, 2])).toMatchObject({ rejection: { code: 'REK_INVALID_EVENT' } });
  });

  it('refuses numbers that are none, and ids that are too long in bytes', () => {
    expect(codeOf(click({ value: Number.NaN }))).toBe('REK_INVALID_EVENT');
    expect(codeOf(click({ timestamp: 'yesterday' }))).toBe('REK_INVALID_EVENT');
    expect(codeOf(click({ userId: '🦉'.repeat(64) }))).toBe('ok');
    expect(codeOf(click({ userId: '🦉'.repeat(65) }))).toBe('REK_INVALID_EVENT');
  });
});
