/** Promises of the feedback queue: wherever a writer stops, the next one continues with the very next record. */
import fc from 'fast-check';
import { FEEDBACK_PART_RECORDS, RecordRun } from '#events';
import { FeedbackQueue, MESSAGE_RECORDS_MAX, type EmittedMark, type FoldedFrame } from './feedback-queue.js';

const START: EmittedMark = { through: { sequence: 0, index: 0 }, part: 0 };

function runOf(records: readonly string[]): RecordRun {
  let end = 0;
  return RecordRun.of(
    Buffer.from(records.join('')),
    records.map((record) => (end += record.length)),
  );
}

/** A deterministic fold: frame `sequence` always causes the same records and effects. */
function frame(sequence: number, count: number): FoldedFrame {
  return {
    position: { sequence, index: 0 },
    records: runOf(Array.from({ length: count }, (_, i) => `${sequence}.${i};`)),
    effects: count % 3 === 1 ? [{ eventId: `e${sequence}` } as never] : [],
  };
}

function drain(queue: FeedbackQueue) {
  const messages = [];
  for (let message = queue.take(); message; message = queue.take()) messages.push(message);
  return messages;
}

const text = (runs: readonly RecordRun[]): string[] =>
  runs.flatMap((run) => Array.from({ length: run.count }, (_, i) => textOf(run.slice(i, i + 1))));
const textOf = (run: RecordRun): string => Buffer.from(run.bytes).toString();
const countOf = (runs: readonly RecordRun[]): number => runs.reduce((sum, run) => sum + run.count, 0);

describe('FeedbackQueue', () => {
  it('packs small frames together and leaves out those without records', () => {
    const queue = new FeedbackQueue(START);
    for (let sequence = 1; sequence <= 10; sequence++) queue.commit(frame(sequence, sequence === 5 ? 0 : 2));
    const messages = drain(queue);
    expect(messages.map(({ records, through }) => [countOf(records), through.sequence])).toEqual([[18, 10]]);
    expect(queue.bytes).toBe(0);
  });

  it('cuts a frame with many records into parts of one size', () => {
    const queue = new FeedbackQueue(START);
    queue.commit(frame(7, FEEDBACK_PART_RECORDS * 2 + 10));
    expect(
      drain(queue).map(({ records, through, part }) => [countOf(records), through.sequence, part]),
    ).toEqual([
      [FEEDBACK_PART_RECORDS, 0, 1],
      [FEEDBACK_PART_RECORDS, 0, 2],
      [10, 7, 0],
    ]);
  });

  it('emits every record and effect once, wherever the writer before stopped and however frames were packed (property)', () => {
    const sizes = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 0, max: 5 }) },
        { weight: 1, arbitrary: fc.integer({ min: 200, max: 900 }) },
      ),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(
        sizes,
        fc.array(fc.nat(), { maxLength: 4 }),
        fc.array(fc.boolean(), { maxLength: 40 }),
        (counts, stops, pauses) => {
          const frames = counts.map((count, i) => frame(i + 1, count));
          const stored: string[] = [];
          const effects = new Set<string>();
          let mark = START;
          for (const stop of [...stops, Infinity]) {
            const queue = new FeedbackQueue(mark);
            let left = stop === Infinity ? Infinity : stop % 6;
            const takeOne = () => {
              const message = left > 0 ? queue.take() : undefined;
              if (!message) return false;
              left--;
              for (const { eventId } of message.effects) {
                expect(effects.has(eventId)).toBe(false);
                effects.add(eventId);
              }
              stored.push(...text(message.records));
              mark = { through: message.through, part: message.part };
              expect(countOf(message.records)).toBeLessThanOrEqual(MESSAGE_RECORDS_MAX);
              return true;
            };
            // A recovering writer folds from the start again; how the log packs its messages is another matter each time.
            frames.forEach((folded, i) => {
              queue.commit(folded);
              if (pauses[i]) takeOne();
            });
            while (takeOne());
          }
          expect(stored).toEqual(frames.flatMap((folded) => text([folded.records])));
          expect([...effects]).toEqual(
            frames.flatMap((folded) => folded.effects.map((event) => event.eventId)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
