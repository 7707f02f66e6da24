import fc from 'fast-check';
import type { ItemEvent } from '#events';
import { Catalogue, type Item } from './index.js';

const itemIds = ['a', 'b', 'c'] as const;
const label = fc.constantFrom('x', 'y', 'z');
const fields = fc.record(
  {
    title: label,
    brand: label,
    price: fc.integer({ min: 0, max: 9 }),
    categories: fc.array(label, { maxLength: 3 }),
    hidden: fc.boolean(),
  },
  { requiredKeys: [] },
);

const change = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('upsert' as const),
      mode: fc.constantFrom('replace' as const, 'merge' as const),
      fields,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hide' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const) }) },
);
/** Event ids from a small pool, so that some are re-sent; `step` 0 keeps the event in the frame before. */
const entry = fc.record({
  change,
  itemId: fc.constantFrom(...itemIds),
  eventId: fc.integer({ min: 0, max: 60 }),
  step: fc.integer({ min: 0, max: 3 }),
});
const history = fc.array(entry, { maxLength: 40 }).map((entries) => {
  let sequence = 1;
  let index = 0;
  return entries.map(({ change: what, itemId, eventId, step }) => {
    index = step === 0 ? index + 1 : 0;
    sequence += step;
    const event = {
      ...what,
      itemId,
      eventId: `e${eventId}`,
      timestamp: 1_000 + sequence,
      version: 1,
    } as ItemEvent;
    return { event, position: { sequence, index } };
  });
});
type History = { event: ItemEvent; position: { sequence: number; index: number } }[];

function folded(entries: History): Catalogue {
  const catalogue = new Catalogue();
  for (const { event, position } of entries) catalogue.apply(event, position, 2_000 + position.sequence);
  return catalogue;
}

describe('the catalogue’s history', () => {
  it('at(item, s) equals a replay of the log up to s', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 130 }), (entries, sequence) => {
        const whole = folded(entries);
        const replayed = folded(entries.filter(({ position }) => position.sequence <= sequence));
        for (const id of itemIds) expect(whole.at(id, sequence)).toEqual(replayed.get(id));
      }),
    );
  });

  it('compaction changes no answer at or above its floor, nor anything current', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 70 }), (entries, floor) => {
        const untouched = folded(entries);
        const compacted = folded(entries);
        compacted.compact(floor);
        for (const id of itemIds) {
          for (let sequence = floor; sequence <= 130; sequence++)
            expect(compacted.at(id, sequence)).toEqual(untouched.at(id, sequence));
        }
        expect(compacted.size).toBe(untouched.size);
        expect([...compacted.values()]).toEqual([...untouched.values()]);
      }),
      { numRuns: 50 },
    );
  });

  it('compaction at different times leads to the same items', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 7 }), (entries, every) => {
        const often = new Catalogue();
        entries.forEach(({ event, position }, i) => {
          often.apply(event, position, 2_000 + position.sequence);
          if (i % every === 0) often.compact(position.sequence);
        });
        const never = folded(entries);
        for (const id of itemIds) expect(often.get(id)).toEqual(never.get(id));
        expect(often.size).toBe(never.size);
      }),
    );
  });

  it('an index kept by listening equals the catalogue’s own items', () => {
    fc.assert(
      fc.property(history, (entries) => {
        const catalogue = new Catalogue();
        const kept = new Map<string, Item>();
        catalogue.subscribe((before, after) => {
          if (before) expect(kept.get(before.id)).toBe(before);
          if (after) kept.set(after.id, after);
          else kept.delete(before!.id);
        });
        for (const { event, position } of entries) catalogue.apply(event, position, 2_000);
        expect(new Set(kept.values())).toEqual(new Set(catalogue.values()));
      }),
    );
  });
});
