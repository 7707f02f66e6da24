/** A re-sent event changes nothing: not the user, not a record, only the count of duplicates. */
import { DAY, Folding, MINUTE, T0, testSettings } from './folding.fixture.js';

describe('a re-sent event', () => {
  it('changes nothing, also a day of event time later', () => {
    const folding = new Folding();
    const shown = folding.impression(T0, ['a', 'b']);
    const clicked = folding.click(T0 + 1, 'a');
    folding.given(shown, clicked, folding.tick(T0 + 31 * MINUTE), folding.click(T0 + DAY, 'c'));
    folding.taken();
    const before = folding.userBytes();
    folding.append(T0 + DAY, [clicked, shown, clicked]);
    expect(folding.userBytes()).toBe(before);
    expect(folding.records).toEqual([]);
    expect(folding.fold.counters.duplicates).toBe(3);
    expect(folding.fold.nextDeadline()).toBeUndefined();
  });

  it('is forgotten after the horizon, so that the memory ends', () => {
    const folding = new Folding(testSettings({ dedupeSeconds: 3600 }));
    const first = folding.click(T0, 'a');
    folding.given(first, folding.click(T0 + 2 * 3_600_000, 'b'));
    expect(folding.user().seen.size).toBe(1);
    folding.given(first);
    expect(folding.fold.counters.duplicates).toBe(0);
  });

  it('is remembered among the newest `dedupeMax` ids', () => {
    const folding = new Folding(testSettings({ dedupeMax: 3 }));
    const events = ['a', 'b', 'c', 'd'].map((id, i) => folding.click(T0 + i, id));
    folding.given(...events, events[1]!, events[3]!);
    expect(folding.fold.counters.duplicates).toBe(2);
    expect(folding.user().seen.size).toBe(3);
  });
});
