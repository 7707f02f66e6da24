/**
 * The stored log of test/golden still folds to the stored hashes. A failure means that states, features or
 * feedback written by an earlier version would not come out of a rebuild any more: see test/golden/README.md.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Catalogue } from '#catalogue';
import { encodeFeedbackRecord, isItemEvent, parseEvent, type LogEvent } from '#events';
import { testSettings } from './folding.fixture.js';
import { PartitionFold, type FoldEffect } from './partition-fold.js';
import { SettingsHistory } from './settings-history.js';
import { encodeUser } from './user-codec.js';
import { createUser, type UserState } from './user-state.js';

const folder = new URL('../../test/golden/', import.meta.url);
const hashesFile = fileURLToPath(new URL('hashes.json', folder));

interface Frame {
  sequence: number;
  appendedAt: number;
  events: unknown[];
}

const frames = readFileSync(fileURLToPath(new URL('small-log.jsonl', folder)), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Frame);

/** Folds the whole log as one partition; handovers are appended after the last frame, as a slow shell would. */
function foldLog() {
  const catalogue = new Catalogue();
  const users = new Map<string, UserState>();
  const feedback = createHash('sha256');
  const effects: FoldEffect[] = [];
  const counts = { exposure: 0, outcome: 0, sequel: 0, engagement: 0 };
  const residents = {
    get: (id: string) => users.get(id) ?? users.set(id, createUser(id)).get(id)!,
    touched: () => undefined,
    erase: (id: string) => void users.delete(id),
  };
  const fold = new PartitionFold(
    0,
    new SettingsHistory(
      testSettings({ attributionSeconds: 600, pendingImpressionsMax: 3, interestsMax: 16 }),
    ),
    catalogue,
    residents,
    (record) => {
      counts[record.kind]++;
      feedback.update(encodeFeedbackRecord(record));
    },
    (effect) => effects.push(effect),
  );
  const append = ({ sequence, appendedAt, events }: Frame) => {
    const parsed = events.map(event).map((e, index) => ({ index, event: e }));
    for (const entry of parsed)
      if (isItemEvent(entry.event))
        catalogue.apply(entry.event, { sequence, index: entry.index }, appendedAt);
    fold.fold(
      sequence,
      appendedAt,
      parsed.filter((entry) => !isItemEvent(entry.event)),
    );
  };
  frames.forEach(append);
  const last = frames.at(-1)!;
  effects.forEach(({ event: absorb }, i) =>
    append({ sequence: last.sequence + 1 + i, appendedAt: last.appendedAt, events: [absorb] }),
  );
  const states = createHash('sha256');
  for (const [userId, state] of [...users].sort(([a], [b]) => (a < b ? -1 : 1))) {
    states.update(userId).update('\0').update(encodeUser(state));
  }
  return {
    hashes: {
      states: states.digest('hex'),
      feedback: feedback.digest('hex'),
      partition: createHash('sha256').update(fold.encode()).digest('hex'),
    },
    counts,
    counters: fold.counters,
  };
}

function event(value: unknown): LogEvent {
  const parsed = parseEvent(value);
  if (!parsed.ok) throw new Error(parsed.rejection.message);
  return parsed.event;
}

describe('the golden log', () => {
  it('folds to the recorded states, feedback records and partition', () => {
    const { hashes, counts } = foldLog();
    if (process.env.REKAPPA_GOLDEN === 'write') {
      writeFileSync(hashesFile, `${JSON.stringify({ counts, ...hashes }, null, 2)}\n`);
    }
    expect({ counts, ...hashes }).toEqual(JSON.parse(readFileSync(hashesFile, 'utf8')));
  });

  it('reaches every outcome at least once', () => {
    const { rejected, misplaced, clippedTimestamps, unreadableAbsorbs, ...others } = foldLog().counters;
    expect([rejected, misplaced, clippedTimestamps, unreadableAbsorbs]).toEqual([0, 0, 0, 0]);
    const { embeddingsLeftOut, embeddingsReplaced, ...reached } = others;
    expect([embeddingsLeftOut, embeddingsReplaced]).toEqual([0, 0]);
    for (const [name, count] of Object.entries(reached)) expect([name, count > 0]).toEqual([name, true]);
  });
});
