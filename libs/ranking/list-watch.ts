/**
 * Times a list: its stages, and the channels of its recall. A channel works at several moments (what `session` finds, `mix`
 * weighs before `session` is asked), so its times are summed until recall has ended. Ranking knows no clock: one is given.
 *
 * Promises: what recall takes is told whole, each of it to one channel, or to `shared`: what is made ready for all of them.
 */
import type { RankingInput, RankingStage, TimedChannel } from './request.js';

export interface TimesHeard {
  stage(stage: RankingStage, ms: number, items: number): void;
  /** Once for each that worked, when recall has ended. @param added undefined: it had no candidates of its own to add */
  channel(channel: TimedChannel, ms: number, added: number | undefined): void;
}

/** What a ranking tells of its progress. */
export type ListWatch = Required<Pick<RankingInput<unknown>, 'ended' | 'prepared' | 'looked'>>;

/** Begins now. @param clock ms; only differences count */
export function listWatch(clock: () => number, heard: TimesHeard): ListWatch {
  const channels = new Map<TimedChannel, { ms: number; added: number | undefined }>();
  let stageSince = clock();
  let channelSince = stageSince;
  const spent = (channel: TimedChannel) => {
    const now = clock();
    let sum = channels.get(channel);
    if (!sum) channels.set(channel, (sum = { ms: 0, added: undefined }));
    sum.ms += now - channelSince;
    channelSince = now;
    return sum;
  };
  return {
    prepared: (channel) => void spent(channel),
    looked: (channel, added) => {
      const sum = spent(channel);
      sum.added = (sum.added ?? 0) + added;
    },
    ended: (stage, items) => {
      const now = clock();
      heard.stage(stage, now - stageSince, items);
      stageSince = now;
      if (stage === 'recall')
        for (const [channel, { ms, added }] of channels) heard.channel(channel, ms, added);
    },
  };
}
