/** Times the stages of a list and the channels of its recall: ranking is pure and knows no clock, so the shell holds the watch. */
import type { Metrics } from '#observability';
import type { StageObserver } from '#ranking';
import type { RecallRequest } from '#recall';

export type ChannelObserver = NonNullable<RecallRequest['looked']>;

export function stageTimes({ rankStageSeconds, candidates }: Metrics): StageObserver {
  let since = performance.now();
  return (stage, items) => {
    const now = performance.now();
    rankStageSeconds.observe({ stage }, (now - since) / 1_000);
    if (stage === 'recall') candidates.observe(items);
    since = now;
  };
}

/** The first channel's time begins when the list does: what is made ready for all channels counts for it. */
export function channelTimes({ recallChannelSeconds, recallChannelCandidates }: Metrics): ChannelObserver {
  let since = performance.now();
  return (channel, added) => {
    const now = performance.now();
    recallChannelSeconds.observe({ channel }, (now - since) / 1_000);
    recallChannelCandidates.inc({ channel }, added);
    since = now;
  };
}
