/** Times the stages of a list and the channels of its recall: ranking is pure and knows no clock, so the shell holds the watch. */
import type { Metrics } from '#observability';
import type { StageObserver } from '#ranking';
import type { RecallRequest } from '#recall';

export type ChannelObserver = NonNullable<RecallRequest['looked']>;

/** Series by label, looked up once: a list asks for some thirty. */
function series<T>(of: (label: string) => T): (label: string) => T {
  const made = new Map<string, T>();
  return (label) => {
    let one = made.get(label);
    if (one === undefined) made.set(label, (one = of(label)));
    return one;
  };
}

export function stageTimes({ rankStageSeconds, candidates }: Metrics): () => StageObserver {
  const secondsOf = series((stage) => rankStageSeconds.labels({ stage }));
  return () => {
    let since = performance.now();
    return (stage, items) => {
      const now = performance.now();
      secondsOf(stage).observe((now - since) / 1_000);
      if (stage === 'recall') candidates.observe(items);
      since = now;
    };
  };
}

/** The first channel's time begins when the list does: what is made ready for all channels counts for it. */
export function channelTimes({
  recallChannelSeconds,
  recallChannelCandidates,
}: Metrics): () => ChannelObserver {
  const secondsOf = series((channel) => recallChannelSeconds.labels({ channel }));
  const foundOf = series((channel) => recallChannelCandidates.labels({ channel }));
  return () => {
    let since = performance.now();
    return (channel, added) => {
      const now = performance.now();
      secondsOf(channel).observe((now - since) / 1_000);
      foundOf(channel).inc(added);
      since = now;
    };
  };
}
