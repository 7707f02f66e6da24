import { describeEventLog } from './event-log.contract.js';
import { subjectMatches } from './event-log.js';
import { MemoryEventLog } from './memory-event-log.js';

describeEventLog('memory', async () => new MemoryEventLog());

describe('subject matching', () => {
  it.each([
    ['log.user.*', 'log.user.1', true],
    ['log.user.*', 'log.user', false],
    ['log.user.*', 'log.user.1.2', false],
    ['log.>', 'log.user.1', true],
    ['log.>', 'log', false],
    ['log.item', 'log.item', true],
    ['log.item', 'log.items', false],
  ])('%s against %s: %s', (filter, subject, matches) =>
    expect(subjectMatches(filter, subject)).toBe(matches),
  );
});
