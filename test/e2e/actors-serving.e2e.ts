/** What a host answers: lists that know the caller's own click, states, rankings, and refusals that say what to do. */
import type { Served } from '#events';
import { partitionOf, until } from '#kernel';
import { Cluster, PARTITIONS } from './actors/cluster.js';

interface List {
  recommendationId: string;
  policy: string;
  modelVersion: string;
  after: { requested: number; reached: boolean };
  position: number;
  items: {
    itemId: string;
    title: string;
    score: number;
    channel: string;
    propensity: number;
    position: number;
    reasons: { feature: string; contribution: number }[];
  }[];
}

const SHELVES = ['comedy', 'horror', 'opera'];

describe('a host that serves', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start({ REKAPPA_SERVING_EXPLORE: '0' }); // lists are sorted, never drawn
    await cluster.host();
    await cluster.shared(1);
    const shelf = SHELVES.flatMap((category) =>
      Array.from({ length: 20 }, (_, i) => ({ itemId: `${category}-${i}`, category })),
    );
    await Promise.all(
      shelf.map(({ itemId, category }) =>
        cluster.publisher.publish({
          kind: 'upsert',
          eventId: `put ${itemId}`,
          itemId,
          timestamp: 1_700_000_000_000,
          version: 1,
          mode: 'replace',
          fields: { title: `The ${itemId}`, categories: [category], price: 10 },
        }),
      ),
    );
  }, 60_000);
  afterAll(() => cluster.stop(), 30_000);

  const ask = <T>(user: string, body: object) =>
    cluster.ask<T>(`rpc.user.${partitionOf(user, PARTITIONS)}`, { user, ...body });
  const click = async (user: string, itemId: string) =>
    (
      await cluster.publisher.publish({
        kind: 'interaction',
        eventId: `${user} ${itemId} ${Math.random()}`,
        userId: user,
        timestamp: Date.now(),
        version: 1,
        type: 'click',
        itemId,
      })
    ).sequence;

  it('gives an unknown user a sensible list, and says which model and policy made it', async () => {
    const list = await ask<List>('newcomer', { op: 'recommend', n: 10 });
    expect(list.items).toHaveLength(10);
    expect(list.items.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(new Set(list.items.map(({ itemId }) => itemId)).size).toBe(10);
    for (const { title, propensity } of list.items)
      expect([title.startsWith('The '), propensity > 0 && propensity <= 1]).toEqual([true, true]);
    expect(list).toMatchObject({
      recommendationId: expect.any(String),
      policy: expect.any(String),
      modelVersion: expect.any(String),
      after: { requested: 0, reached: true },
    });
  });

  it('changes the next list after a click, as soon as the click is acknowledged, and says why', async () => {
    const before = await ask<List>('ann', { op: 'recommend', n: 10 });
    const of = (list: List, shelf: string) =>
      list.items.filter(({ itemId }) => itemId.startsWith(shelf)).length;
    // A newcomer's list differs by chance: take the shelf with the most room under the cap of four.
    const shelf = SHELVES.reduce((least, each) => (of(before, each) < of(before, least) ? each : least));
    let sequence = 0;
    for (let i = 0; i < 3; i++) sequence = await click('ann', `${shelf}-${i}`);
    const after = await ask<List>('ann', { op: 'recommend', n: 10, after: sequence });
    expect(after.after).toEqual({ requested: sequence, reached: true });
    expect(after.position).toBeGreaterThanOrEqual(sequence);
    expect(of(after, shelf)).toBeGreaterThan(of(before, shelf));
    expect(
      after.items
        .find(({ itemId }) => itemId.startsWith(shelf))!
        .reasons.map(({ feature }) => feature)
        .join(),
    ).toContain(shelf);
    const state = await ask<{ interests: { category: { label: string }[] }; position: number }>('ann', {
      op: 'state',
      after: sequence,
    });
    expect(JSON.stringify(state)).toContain(shelf);
  });

  it('keeps to filters and exclusions, hides what is hidden, and ranks the caller’s own candidates', async () => {
    const filtered = await ask<List>('bob', {
      op: 'recommend',
      n: 50,
      filter: { categories: ['horror'] },
      exclude: ['horror-0', 'horror-1'],
    });
    expect(filtered.items.map(({ itemId }) => itemId).sort()).toEqual(
      Array.from({ length: 18 }, (_, i) => `horror-${i + 2}`).sort(),
    );
    const { sequence } = await cluster.publisher.publish({
      kind: 'hide',
      eventId: 'hide',
      itemId: 'horror-2',
      timestamp: Date.now(),
      version: 1,
    });
    const later = await ask<List>('bob', {
      op: 'recommend',
      n: 50,
      filter: { categories: ['horror'] },
      after: sequence,
    });
    expect(later.items.map(({ itemId }) => itemId)).not.toContain('horror-2');
    const ranked = await ask<List>('bob', {
      op: 'rank',
      items: ['opera-1', 'unheard-of', 'comedy-1', 'opera-1'],
    });
    expect(ranked.items.map(({ itemId }) => itemId).sort()).toEqual(['comedy-1', 'opera-1', 'unheard-of']);
  });

  it('logs what it served, with positions, propensities and epoch', async () => {
    const { recommendationId, items } = await ask<List>('carl', {
      op: 'recommend',
      n: 5,
      scenario: 'home',
      context: { device: 'phone' },
    });
    const subject = `log.user.${partitionOf('carl', PARTITIONS)}`;
    let served: Served | undefined;
    await until(
      'the list is in the log',
      async () => {
        for await (const batch of cluster.topology.log.read({
          from: 1,
          until: await cluster.topology.log.head(),
          subject,
        })) {
          for (const { payload } of batch) {
            const value = JSON.parse(Buffer.from(payload).toString()) as Served | Served[];
            served = [value].flat().find((event) => event.recommendationId === recommendationId) ?? served;
          }
        }
        return served !== undefined;
      },
      10_000,
      50,
    );
    expect(served).toMatchObject({
      kind: 'served',
      userId: 'carl',
      scenario: 'home',
      context: { device: 'phone' },
      epoch: expect.any(Number),
    });
    expect(served!.items.map(({ itemId, position }) => [itemId, position])).toEqual(
      items.map(({ itemId, position }) => [itemId, position]),
    );
  });

  it('answers what needs no user on any host', async () => {
    const similar = await cluster.ask<List>('rpc.host', { op: 'similar', itemId: 'opera-3', n: 5 });
    expect(similar.items.every(({ itemId }) => itemId.startsWith('opera') && itemId !== 'opera-3')).toBe(
      true,
    );
    expect((await cluster.ask<List>('rpc.host', { op: 'trending', n: 7 })).items).toHaveLength(7);
    expect(await cluster.ask('rpc.host', { op: 'item', itemId: 'opera-3' })).toMatchObject({
      item: { id: 'opera-3', title: 'The opera-3', categories: ['opera'], price: 10 },
    });
  });

  it('refuses with a code and a reason', async () => {
    const refusal = async (subject: string, body: object) =>
      (await cluster.ask<{ error: { code: string } }>(subject, body)).error.code;
    const p = partitionOf('dora', PARTITIONS);
    expect(await refusal(`rpc.user.${p}`, { op: 'explode' })).toBe('REK_INVALID_REQUEST');
    expect(await refusal(`rpc.user.${p}`, { op: 'recommend', user: 'dora', n: 100_000 })).toBe(
      'REK_INVALID_REQUEST',
    );
    expect(await refusal(`rpc.user.${(p + 1) % PARTITIONS}`, { op: 'recommend', user: 'dora' })).toBe(
      'REK_INVALID_REQUEST',
    );
    expect(await refusal(`rpc.user.${p}`, { op: 'state', user: 'dora' })).toBe('REK_UNKNOWN_USER');
    expect(await refusal('rpc.host', { op: 'item', itemId: 'nothing' })).toBe('REK_UNKNOWN_ITEM');
    const late = await ask<List>('dora', { op: 'recommend', after: 1e9 });
    expect([late.after.reached, late.items.length]).toEqual([false, 10]);
  });

  // How soon is `npm run bench -- freshness`.
  it('has folded the click in every next list, and never shows the clicked item again', async () => {
    for (let i = 0; i < 300; i++) {
      const user = `visitor-${i % 40}`;
      const clicked = `comedy-${i % 20}`;
      const sequence = await click(user, clicked);
      const list = await ask<List>(user, { op: 'recommend', n: 10, after: sequence });
      expect(list.after.reached).toBe(true);
      expect(list.items.map(({ itemId }) => itemId)).not.toContain(clicked);
    }
  }, 60_000);
});
