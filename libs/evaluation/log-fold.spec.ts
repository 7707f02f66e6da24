/** Promise of the rebuild: an event whose fold throws is left out without a trace, whatever it had changed before. */
import { settingsSchema } from '#config';
import { encodeFeedbackRecord, encodeFrame, type LogEvent } from '#events';
import { foldSettingsOf, PartitionFold, SettingsHistory } from '#interest';
import { asEventId, asItemId, asUserId } from '#kernel';
import { LogFold } from './log-fold.js';
import { carefulIfNeeded, FoldThrew, LEFT_OUT_MAX } from './careful-fold.js';

const START = 1_700_000_000_000;
const settings = foldSettingsOf(settingsSchema.parse({}));

/** Frames of one partition: lists, clicks, ticks, merges and erasures of a few users. */
const FRAMES = Array.from({ length: 60 }, (_, frame) =>
  Array.from({ length: 4 }, (_, i): LogEvent => {
    const timestamp = START + frame * 60_000 + i;
    const id = { eventId: asEventId(`e${frame}-${i}`), timestamp, version: 1 as const };
    const of = { ...id, userId: asUserId(`u${(frame + i) % 5}`) };
    const items = [1, 2, 3].map((n) => ({ itemId: asItemId(`i${(frame + n) % 9}`) }));
    if (i === 0 && frame % 3 === 0) return { kind: 'tick', ...id, epoch: 0 };
    if (i === 2 && frame % 11 === 5) return { kind: 'erase', ...of };
    if (i === 2 && frame % 7 === 3) return { kind: 'merge', ...of, intoUserId: asUserId(`u${frame % 4}`) };
    if (i === 3) return { kind: 'interaction', ...of, type: 'click', itemId: items[0]!.itemId };
    return { kind: 'impression', ...of, items };
  }),
);
const POISON = new Set(['e7-1', 'e7-3', 'e30-0', 'e59-2']);

/** Folds all, from the beginning when that is wanted. */
function rebuild(frames: readonly (readonly LogEvent[])[]) {
  let attempts = 0;
  return carefulIfNeeded(async (careful) => {
    attempts++;
    const records: string[] = [];
    const emit = (_: number, record: Parameters<typeof encodeFeedbackRecord>[0]) =>
      void records.push(Buffer.from(encodeFeedbackRecord(record)).toString('hex'));
    const fold = new LogFold(1, new SettingsHistory(settings), emit, careful);
    frames.forEach((events, i) => {
      const payload = encodeFrame(events);
      fold.fold({
        sequence: i + 1,
        subject: 'log.user.0',
        payload,
        appendedAt: START + i * 60_000,
        header: () => undefined,
      });
    });
    const [partition] = fold.partitions;
    const { leftOut, fold: state } = partition!;
    return { records, attempts, leftOut, users: partition!.hash(), due: state.nextDeadline() };
  });
}

describe('A rebuild from a log with events whose fold throws', () => {
  const original = PartitionFold.prototype.fold;
  const throwFor = (poisonous: (id: string) => boolean): void => {
    PartitionFold.prototype.fold = function (this: PartitionFold, sequence, appendedAt, entries) {
      for (const entry of entries) {
        original.call(this, sequence, appendedAt, [entry]); // it throws when the state is changed already
        if ('event' in entry && poisonous(entry.event.eventId)) throw new Error('a bug');
      }
    };
  };
  afterEach(() => void (PartitionFold.prototype.fold = original));

  it('makes what it makes of the log without them, and begins anew once', async () => {
    // Event ids out of sight of the fold: the places of all other events stay as they are.
    const without = FRAMES.map((events) =>
      events.map((event) =>
        POISON.has(event.eventId) ? ({ ...event, kind: 'none' } as unknown as LogEvent) : event,
      ),
    );
    const wanted = await rebuild(without);
    throwFor((id) => POISON.has(id));
    const { attempts, records, users, leftOut, due } = await rebuild(FRAMES);
    expect(records.length).toBeGreaterThan(200);
    expect(records).toEqual(wanted.records);
    expect(users).toEqual(wanted.users);
    expect(due).toBe(wanted.due);
    expect([attempts, leftOut]).toEqual([2, POISON.size]);
  });

  it.each([1, 2, 3, 5, 7])(
    'leaves the fold itself byte for byte as if one event in %i had not been there',
    (each) => {
      let number = 0;
      const poison = new Set(
        FRAMES.flat().flatMap(({ eventId }) => (++number % each === 0 ? [eventId] : [])),
      );
      const folded = (careful: boolean) => {
        const log = new LogFold(1, new SettingsHistory(settings), () => undefined, careful);
        FRAMES.forEach((events, i) => {
          const message = { sequence: i + 1, subject: 'log.user.0', appendedAt: START + i * 60_000 };
          const { entries } = log.decode({
            ...message,
            payload: encodeFrame(events),
            header: () => undefined,
          });
          const sound = entries.filter((entry) => !('event' in entry && poison.has(entry.event.eventId)));
          log.foldEntries(message, careful ? entries : sound);
        });
        const { fold, leftOut } = log.partitions[0]!;
        return {
          state: Buffer.from(fold.encode()).toString('hex'),
          users: log.partitions[0]!.hash(),
          leftOut,
        };
      };
      const wanted = folded(false);
      throwFor((id) => poison.has(id));
      expect(folded(true)).toEqual({ ...wanted, leftOut: poison.size });
    },
  );

  it('gives up when the fold itself is broken', async () => {
    throwFor(() => true);
    const many = Array.from({ length: LEFT_OUT_MAX / 4 + 1 }, () => FRAMES[1]!);
    await expect(rebuild(many)).rejects.toThrow(FoldThrew);
  });
});
