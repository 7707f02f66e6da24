import { key53 } from '#kernel';
import type { ItemEvent, ItemFields } from '#events';
import { Catalogue, priceBandOf, type Item } from './index.js';

const TIME = 1_700_000_000_000;
let nextEvent = 0;

const base = (itemId: string) => ({
  eventId: `e${++nextEvent}`,
  itemId,
  timestamp: TIME,
  version: 1 as const,
});
const replace = (itemId: string, fields: ItemFields): ItemEvent => ({
  kind: 'upsert',
  ...base(itemId),
  mode: 'replace',
  fields,
});
const merge = (itemId: string, fields: ItemFields): ItemEvent => ({
  kind: 'upsert',
  ...base(itemId),
  mode: 'merge',
  fields,
});
const hide = (itemId: string): ItemEvent => ({ kind: 'hide', ...base(itemId) });
const remove = (itemId: string): ItemEvent => ({ kind: 'delete', ...base(itemId) });

/** The n-th event stands alone in the frame of sequence n. */
function given(...events: ItemEvent[]): Catalogue {
  const catalogue = new Catalogue();
  events.forEach((event, i) => catalogue.apply(event, { sequence: i + 1, index: 0 }, TIME + 1_000 * (i + 1)));
  return catalogue;
}

describe('an item in the catalogue', () => {
  it('is what the last replace says, whole', () => {
    const item = given(
      replace('lamp', { title: 'Lamp', brand: 'Lux', price: 3, tags: ['warm'] }),
      replace('lamp', { price: 7 }),
    ).get('lamp')!;
    expect(item).toMatchObject({
      id: 'lamp',
      key: key53('lamp'),
      title: 'lamp',
      tags: [],
      price: 7,
      priceBand: priceBandOf(7),
      since: 2,
    });
    expect(item.brand).toBeUndefined();
  });

  it('keeps through a merge what the merge does not name', () => {
    const item = given(
      replace('lamp', { title: 'Lamp', brand: 'Lux', price: 3, categories: ['light'] }),
      merge('lamp', { price: 7 }),
    ).get('lamp')!;
    expect(item).toMatchObject({ title: 'Lamp', brand: 'Lux', price: 7, categories: ['light'], since: 2 });
  });

  it('is created by a merge when it is unknown', () => {
    expect(given(merge('lamp', { title: 'Lamp' })).get('lamp')).toMatchObject({
      title: 'Lamp',
      hidden: false,
      priceBand: 0,
    });
  });

  it('stays readable when hidden, and a merge does not bring it back, a replace does', () => {
    const catalogue = given(
      replace('lamp', { title: 'Lamp' }),
      hide('lamp'),
      merge('lamp', { price: 1 }),
      replace('lamp', {}),
    );
    expect([1, 2, 3, 4].map((sequence) => catalogue.at('lamp', sequence)!.hidden)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('is absent after a delete, yet readable as it was before', () => {
    const catalogue = given(
      replace('lamp', { title: 'Lamp' }),
      remove('lamp'),
      replace('lamp', { title: 'Second life' }),
    );
    expect([0, 1, 2, 3, 9].map((sequence) => catalogue.at('lamp', sequence)?.title)).toEqual([
      undefined,
      'Lamp',
      undefined,
      'Second life',
      'Second life',
    ]);
    expect(catalogue.byKey(key53('lamp'))!.title).toBe('Second life');
    expect(catalogue.size).toBe(1);
  });

  it('is as old as published, else as its first upsert; a second life begins anew', () => {
    const catalogue = given(replace('a', {}), replace('a', { createdAt: 5 }), replace('a', {}), remove('a'), {
      ...replace('a', {}),
      timestamp: TIME + 77,
    });
    expect([1, 2, 3, 5].map((sequence) => catalogue.at('a', sequence)!.createdAt)).toEqual([
      TIME,
      5,
      TIME,
      TIME + 77,
    ]);
  });

  it('never claims to be older than its publisher’s clock allows: the server’s time bounds it', () => {
    expect(given({ ...replace('a', {}), timestamp: TIME + 900_000 }).get('a')!.createdAt).toBe(TIME + 1_000);
  });

  it('loses doubled labels and an emptied embedding', () => {
    const item = given(
      replace('a', { tags: ['x', 'y', 'x'], embedding: [1, 2] }),
      merge('a', { embedding: [] }),
    ).get('a')!;
    expect(item.tags).toEqual(['x', 'y']);
    expect(item.embedding).toBeUndefined();
  });
});

describe('the fold of the catalogue', () => {
  it('ignores a re-sent event id, even after other changes', () => {
    const first = replace('lamp', { title: 'Lamp' });
    const catalogue = given(first, remove('lamp'), first);
    expect(catalogue.get('lamp')).toBeUndefined();
  });

  it('ignores entries at or before the position it has reached', () => {
    const catalogue = given(replace('lamp', { title: 'Lamp' }));
    catalogue.apply(remove('lamp'), { sequence: 1, index: 0 }, TIME);
    expect(catalogue.size).toBe(1);
    expect(catalogue.through).toEqual({ sequence: 1, index: 0 });
  });

  it('remembers a bounded number of event ids', () => {
    const catalogue = new Catalogue(2);
    const [a, b, c] = [replace('a', { title: '1' }), replace('b', {}), replace('c', {})];
    [a, b, c].forEach((event, i) => catalogue.apply(event, { sequence: i + 1, index: 0 }, TIME));
    catalogue.apply(b, { sequence: 4, index: 0 }, TIME);
    catalogue.apply(a, { sequence: 5, index: 0 }, TIME);
    expect(catalogue.get('b')!.since).toBe(2);
    expect(catalogue.get('a')!.since).toBe(5);
  });

  it('lets the last of several changes in one frame speak for its sequence', () => {
    const catalogue = new Catalogue();
    catalogue.apply(replace('a', { title: 'first' }), { sequence: 1, index: 0 }, TIME);
    catalogue.apply(replace('a', { title: 'last' }), { sequence: 1, index: 1 }, TIME);
    expect(catalogue.at('a', 1)!.title).toBe('last');
    expect(catalogue.versions()).toBe(1);
  });

  it('keeps, when compacted, the version that holds at the floor and all later ones, and no tombstone', () => {
    const catalogue = given(
      replace('a', { title: '1' }),
      replace('a', { title: '2' }),
      replace('a', { title: '3' }),
      remove('b'),
    );
    catalogue.compact(2);
    expect([1, 2, 3].map((sequence) => catalogue.at('a', sequence)?.title)).toEqual([undefined, '2', '3']);
    catalogue.apply(remove('a'), { sequence: 9, index: 0 }, TIME);
    catalogue.compact(8);
    expect(catalogue.at('a', 8)!.title).toBe('3');
    catalogue.compact(9);
    expect(catalogue.versions()).toBe(0);
    expect(catalogue.byKey(key53('a'))).toBeUndefined();
  });

  it('does not let hiding or deleting the unknown create anything', () => {
    const catalogue = given(hide('ghost'), remove('ghost'));
    expect(catalogue.size).toBe(0);
    expect([...catalogue.values()]).toEqual([]);
  });

  it('tells listeners each change, until they leave', () => {
    const catalogue = new Catalogue();
    const told: [string | undefined, string | undefined][] = [];
    const stop = catalogue.subscribe((before?: Item, after?: Item) =>
      told.push([before?.title, after?.title]),
    );
    catalogue.apply(replace('a', { title: '1' }), { sequence: 1, index: 0 }, TIME);
    catalogue.apply(merge('a', { title: '2' }), { sequence: 2, index: 0 }, TIME);
    catalogue.apply(remove('a'), { sequence: 3, index: 0 }, TIME);
    stop();
    catalogue.apply(replace('a', {}), { sequence: 4, index: 0 }, TIME);
    expect(told).toEqual([
      [undefined, '1'],
      ['1', '2'],
      ['2', undefined],
    ]);
  });
});

describe('price bands', () => {
  it('are half-octaves of the price, 0 for none', () => {
    expect([undefined, 0, 0.4, 1, 3, 1e9].map(priceBandOf)).toEqual([0, 1, 1, 3, 5, 60]);
  });
});
