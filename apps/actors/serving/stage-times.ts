/** Times the stages of a list: ranking is pure and knows no clock, so the shell holds the watch. */
import type { Metrics } from '#observability';
import type { StageObserver } from '#ranking';

export function stageTimes({ rankStageSeconds, candidates }: Metrics): StageObserver {
  let since = performance.now();
  return (stage, items) => {
    const now = performance.now();
    rankStageSeconds.observe({ stage }, (now - since) / 1_000);
    if (stage === 'recall') candidates.observe(items);
    since = now;
  };
}
