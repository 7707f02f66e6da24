import { listWatch, type TimesHeard } from './list-watch.js';

function watching() {
  const channels: unknown[] = [];
  const stages: unknown[] = [];
  const heard: TimesHeard = {
    stage: (...told) => stages.push(told),
    channel: (...told) => channels.push(told),
  };
  let now = 1_000;
  const watch = listWatch(() => now, heard);
  return { watch, channels, stages, pass: (ms: number) => void (now += ms) };
}

describe('The watch of a list', () => {
  it('tells what a channel took once, when recall has ended: before it was asked, and then', () => {
    const { watch, channels, stages, pass } = watching();
    pass(1);
    watch.prepared('shared');
    pass(10);
    watch.prepared('session');
    pass(100);
    watch.prepared('labels');
    pass(2);
    watch.prepared('shared');
    pass(1_000);
    watch.looked('mix', 7);
    pass(20);
    watch.looked('session', 3);
    expect(channels).toEqual([]);
    watch.ended('recall', 10);
    expect(stages).toEqual([['recall', 1_133, 10]]);
    expect(channels).toEqual([
      ['shared', 3, undefined],
      ['session', 30, 3],
      ['labels', 100, undefined],
      ['mix', 1_000, 7],
    ]);
  });

  it('adds up what channels find when all are asked again', () => {
    const { watch, channels, pass } = watching();
    for (const added of [0, 5]) {
      pass(4);
      watch.looked('new', added);
    }
    watch.ended('recall', 5);
    expect(channels).toEqual([['new', 8, 5]]);
  });

  it('tells the stages after recall by themselves', () => {
    const { watch, channels, stages, pass } = watching();
    watch.ended('recall', 0);
    pass(5);
    watch.ended('coarse', 0);
    pass(6);
    watch.ended('fine', 0);
    expect(stages.slice(1)).toEqual([
      ['coarse', 5, 0],
      ['fine', 6, 0],
    ]);
    expect(channels).toEqual([]);
  });
});
