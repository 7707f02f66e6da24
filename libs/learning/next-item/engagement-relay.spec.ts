import { jest } from '@jest/globals';
import { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { CoVisitation } from '../co-visitation.js';
import { DEFAULT_STATISTICS } from '../model-settings.js';
import { bytesOf } from '../table-fixture.js';
import { EngagementListener, EngagementRelay, takeStep, type HeardTables } from './engagement-relay.js';
import { newNextItemTables, type Taking } from './next-item-tables.js';

const newHeard = (): HeardTables => ({
  ...newNextItemTables(),
  covisitation: new CoVisitation(DEFAULT_STATISTICS),
});
const takingOf = (i: number): Taking => ({
  userKey: 1 + (i % 5),
  itemKey: 100 + (i % 17),
  timestamp: 1_700_000_000_000 + i * 60_000,
  weight: i % 9 === 0 ? -1 : 1,
  recentKeys: [100 + ((i + 3) % 17), 100 + ((i + 5) % 17)],
  recentAgesSeconds: [60, 120],
  itemLabels: [7, 8 + (i % 3)],
});
const hashes = (tables: HeardTables) =>
  Object.values(tables).map((table) => bytesOf(table).toString('base64'));

describe('Hosts that hear engagements', () => {
  it('have the learner’s tables, whatever they hear twice and however little fits a message', () => {
    const [own, theirs] = [newHeard(), newHeard()];
    const relay = new EngagementRelay();
    const listener = new EngagementListener(theirs, undefined, 0);
    const messages: Buffer[] = [];
    for (let i = 0; i < 200; i++) {
      takeStep(own, takingOf(i));
      relay.taking(1 + Math.floor(i / 3), takingOf(i));
      if (i % 20 !== 19) continue;
      while (relay.size > 0) {
        const writer = new ByteWriter();
        relay.drain(writer, 300);
        messages.push(Buffer.from(writer.bytes()));
      }
    }
    expect(messages.length).toBeGreaterThan(20);
    for (const message of [messages[0]!, ...messages, ...messages]) listener.hear(new ByteReader(message));
    expect(hashes(theirs)).toEqual(hashes(own));
  });

  it('hear the same bytes from much that waits, and a message copies little more than it holds', () => {
    const [relay, same] = [new EngagementRelay(), new EngagementRelay()];
    for (let i = 0; i < 300_000; i++) for (const each of [relay, same]) each.taking(1 + i, takingOf(i));
    const whole = new ByteWriter();
    same.drain(whole, Infinity);
    const [waiting, bytes] = [relay.size, whole.length];
    expect(bytes).toBeGreaterThan(15_000_000);

    const raw = jest.spyOn(ByteWriter.prototype, 'raw');
    const copied = (): number => raw.mock.calls.reduce((sum, [{ length }]) => sum + length, 0);
    try {
      for (let i = 0; i < 100; i++) relay.drain(new ByteWriter(), 1);
      expect([relay.size, copied()]).toEqual([waiting, 0]);
      const messages: Buffer[] = [];
      while (relay.size > 0) {
        const message = new ByteWriter();
        relay.drain(message, 512 * 1024);
        messages.push(message.bytes());
      }
      expect(copied()).toBeLessThanOrEqual(2 * bytes);
      const steps = Buffer.concat([...messages.map((message) => message.subarray(0, -1)), Buffer.of(0)]);
      expect(steps.equals(whole.bytes())).toBe(true);
    } finally {
      raw.mockRestore();
    }
  });

  it('are told of a gap when more waited than is kept', () => {
    const relay = new EngagementRelay();
    const taking = {
      ...takingOf(1),
      recentKeys: Array<number>(16).fill(5),
      recentAgesSeconds: Array<number>(16).fill(1),
    };
    let sequence = 0;
    while (relay.lost === 0 && sequence < 1e6) relay.taking(++sequence, taking);
    expect(relay.lost).toBe(sequence);
    expect(relay.size).toBe(0);
  });
});
