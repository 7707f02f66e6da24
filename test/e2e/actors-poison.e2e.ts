/** Whatever a direct publisher puts into the log: it is counted, listed with its reason, and stalls nobody. */
import { checksumOf, CRC_HEADER } from '#events';
import { partitionOf, until } from '#kernel';
import { DeadLetters } from '#log';
import { BAD_EVENTS, badEventText, testSeed } from '#testkit';
import { Cluster, PARTITIONS } from './actors/cluster.js';

describe('poison in the log', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await Cluster.start()), 60_000);
  afterAll(() => cluster.stop(), 30_000);

  it('goes to the dead stream, and everything around it is folded', async () => {
    const host = await cluster.host();
    await cluster.shared(1);
    const p = partitionOf('ann', PARTITIONS);
    const subject = `log.user.${p}`;
    const valid = {
      kind: 'interaction',
      eventId: 'e',
      userId: 'ann',
      timestamp: Date.now(),
      type: 'click',
      itemId: 'i',
    };
    const stranger = Array.from({ length: 99 }, (_, i) => `s${i}`).find(
      (id) => partitionOf(id, PARTITIONS) !== p,
    )!;
    const poison: [string, string | Buffer, string][] = [
      ['bad JSON', '{"kind":', 'REK_INVALID_JSON'],
      ['not UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 'REK_INVALID_JSON'],
      ['an unknown kind', JSON.stringify({ ...valid, kind: 'explosion' }), 'REK_UNKNOWN_KIND'],
      ['a newer version', JSON.stringify({ ...valid, version: 99 }), 'REK_UNKNOWN_VERSION'],
      ['NaN', JSON.stringify({ ...valid, value: 0 }).replace('"value":0', '"value":NaN'), 'REK_INVALID_JSON'],
      [
        'a number beyond all',
        JSON.stringify({ ...valid, value: 0 }).replace('"value":0', '"value":1e999'),
        'REK_INVALID_EVENT',
      ],
      ['1 MB', JSON.stringify({ ...valid, itemId: 'x'.repeat(1_000_000) }), 'REK_BODY_TOO_LARGE'],
      ['a long id', JSON.stringify({ ...valid, userId: 'u'.repeat(300) }), 'REK_INVALID_EVENT'],
      [
        'half a character',
        `{"kind":"interaction","eventId":"e","userId":"\\ud800","timestamp":1,"type":"click","itemId":"i"}`,
        'REK_INVALID_EVENT',
      ],
      ['another partition’s user', JSON.stringify({ ...valid, userId: stranger }), 'REK_INVALID_EVENT'],
      [
        'an item event',
        JSON.stringify({ kind: 'hide', eventId: 'h', itemId: 'i', timestamp: 1 }),
        'REK_INVALID_EVENT',
      ],
      ['a scalar', '42', 'REK_INVALID_EVENT'],
      ['prototype pollution', '{"kind":"__proto__"}', 'REK_UNKNOWN_KIND'],
      ['brackets without end', '['.repeat(100_000) + ']'.repeat(100_000), 'REK_INVALID_EVENT'],
      ...BAD_EVENTS.filter(({ kind }) => kind !== 'upsert').map((bad): [string, string, string] => [
        bad.what,
        badEventText(bad, { eventId: 'e', userId: 'ann', itemId: 'i', timestamp: Date.now() }),
        bad.code,
      ]),
    ];
    const traffic = cluster.traffic(testSeed('poison'), 200);
    const sequences: number[] = [];
    for (const [, payload] of poison)
      sequences.push(await cluster.topology.log.append(subject, Buffer.from(payload as string)));
    const damaged = Buffer.from(JSON.stringify({ ...valid, eventId: 'damaged' }));
    sequences.push(
      await cluster.topology.log.append(subject, damaged, {
        headers: { [CRC_HEADER]: checksumOf(Buffer.from('something else')) },
      }),
    );
    // A mixed frame: the good events around a bad one count.
    await cluster.topology.log.append(
      subject,
      Buffer.from(
        JSON.stringify([
          { ...valid, eventId: 'good-1' },
          { ...valid, type: 'NOT A TYPE' },
          { ...valid, eventId: 'good-2', itemId: 'j' },
        ]),
      ),
    );
    await cluster.topology.log.append('log.item', Buffer.from('[{"kind":"upsert"}]'));
    const items = BAD_EVENTS.filter(({ kind }) => kind === 'upsert');
    for (const bad of items) {
      const text = badEventText(bad, { eventId: 'e', userId: 'ann', itemId: 'i', timestamp: Date.now() });
      await cluster.topology.log.append('log.item', Buffer.from(text));
    }
    await traffic.stop();
    await cluster.equalsReference();

    const dead = new DeadLetters(cluster.topology);
    await until(
      'all letters are stored',
      async () => (await dead.count('actors')) >= poison.length + items.length + 3,
      20_000,
      100,
    );
    const { letters } = await dead.list({ where: 'actors', limit: 200 });
    expect(letters).toHaveLength(poison.length + items.length + 3);
    const codes = new Map(letters.map(({ source, reason }) => [source.sequence, reason.code]));
    poison.forEach(([what, , code], i) => expect([what, codes.get(sequences[i]!)]).toEqual([what, code]));
    expect(codes.get(sequences.at(-1)!)).toBe('REK_LOG_DAMAGED');
    expect(letters.every(({ raw }) => raw.length <= 24_000)).toBe(true);
    expect(await host.metric('rekappa_dead_total')).toBe(poison.length + items.length + 3);
    const { position } = (await cluster.status())[0]!.partitions.find(({ partition }) => partition === p)!;
    expect(position).toBeGreaterThan(sequences.at(-1)!);
  }, 120_000);
});
