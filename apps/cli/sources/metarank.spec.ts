import { mapMetarankLine } from './metarank.js';

const map = (value: unknown) => mapMetarankLine(JSON.stringify(value));

describe('a Metarank line', () => {
  it('of an item becomes an upsert with categories, tags and scaled attributes', () => {
    const mapped = map({
      event: 'item',
      id: 'e1',
      item: '3',
      timestamp: '1636907100000',
      fields: [
        { name: 'title', value: 'Grumpier Old Men' },
        { name: 'vote_cnt', value: 269 },
        { name: 'release_date', value: 819590400 },
        { name: 'genres', value: ['romance', 'comedy'] },
        { name: 'tags', value: ['fishing'] },
        { name: 'actors', value: ['ann-margret'] },
        { name: 'director', value: 'howard deutch' },
      ],
    });
    expect(mapped).toEqual({
      ok: true,
      event: {
        kind: 'upsert',
        eventId: 'e1',
        itemId: '3',
        timestamp: 1636907100000,
        version: 1,
        mode: 'merge',
        fields: {
          title: 'Grumpier Old Men',
          categories: ['romance', 'comedy'],
          tags: ['decade:1990', 'actor:ann-margret', 'director:howard deutch', 'fishing'],
          attributes: { vote_cnt: 269, f_vote_cnt: Math.log2(270) / 4, year: 1995, f_decade: -0.125 },
        },
      },
    });
  });

  it('of a ranking becomes an impression, and its clicks name it', () => {
    expect(
      map({
        event: 'ranking',
        id: 'r1',
        user: 'u',
        session: 's',
        timestamp: 1636993834000,
        fields: [],
        items: [{ id: '7', relevancy: 0 }, { id: '9' }],
      }),
    ).toEqual({
      ok: true,
      event: {
        kind: 'impression',
        eventId: 'r1',
        recommendationId: 'r1',
        userId: 'u',
        timestamp: 1636993834000,
        version: 1,
        items: [{ itemId: '7' }, { itemId: '9' }],
      },
    });
    expect(
      map({
        event: 'interaction',
        id: 'c1',
        ranking: 'r1',
        user: 'u',
        item: '9',
        type: 'click',
        timestamp: '1636993839000',
        fields: [],
      }),
    ).toEqual({
      ok: true,
      event: {
        kind: 'interaction',
        eventId: 'c1',
        recommendationId: 'r1',
        userId: 'u',
        type: 'click',
        itemId: '9',
        timestamp: 1636993839000,
        version: 1,
      },
    });
  });

  it('of a session without a user belongs to the session, and its fields become context', () => {
    const mapped = map({
      event: 'ranking',
      id: 'r',
      session: 's',
      timestamp: '2021-11-15T16:30:34Z',
      fields: [{ name: 'device', value: 'mobile' }],
      items: [{ id: '7' }],
    });
    expect(mapped).toMatchObject({
      ok: true,
      event: { userId: 's', timestamp: 1636993834000, context: { device: 'mobile' } },
    });
  });

  it('that cannot be an event says why', () => {
    expect(mapMetarankLine('{')).toEqual({ ok: false, reason: 'not JSON' });
    expect(map({ event: 'weather' })).toEqual({ ok: false, reason: 'unknown event "weather"' });
    expect(
      map({ event: 'interaction', id: 'c', user: 'u', item: '9', type: 'click', timestamp: 'yesterday' }),
    ).toMatchObject({ ok: false, reason: expect.stringContaining('timestamp') });
    expect(map({ event: 'ranking', id: 'c', user: 'u', timestamp: 1, items: [] })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('items'),
    });
  });
});
