/** Folds LOG once, with the model as far as it had learnt at each list, and asks at each list's moment what the other policy would have done. */
import { isDeepStrictEqual } from 'node:util';
import {
  carefulIfNeeded,
  LogFold,
  RankingMoments,
  WhatIf,
  type WhatIfOptions,
  type WhatIfReport,
} from '#evaluation';
import { foldSettingsOf, type SettingsHistory } from '#interest';
import { decodeItemFrame, decodeUserFrame, type LogEvent, partitionOfSubject } from '#events';
import { partitionOf } from '#kernel';
import { modelSettingsOf, OnlineModel } from '#learning';
import type { EventLog, LogTopology } from '#log';
import { SealedReader, type KeySource } from '#privacy';
import { rankingSettingsOf, type PlainScore, type RankingSettings } from '#ranking';
import { RuleSet } from '#rules';
import type { Settings } from '#config';
import type { Progress } from '../terminal/progress.js';
import { CliError } from '../terminal/exit.js';
import { FeedbackTail } from './feedback-tail.js';
import { settingsInLog } from '../replay/settings-in-log.js';
import { lookAhead, type OpenedMessage } from './look-ahead.js';

export interface WhatIfReplay {
  readonly partitions: number;
  readonly settings: Settings;
  readonly keys?: KeySource | undefined;
  readonly other: {
    readonly settings: Settings;
    /** Settings of `serving` that hold whatever the arms of experiments say. */
    readonly asked: readonly string[];
    readonly scoreBy?: PlainScore;
    readonly ownModel: boolean;
  };
  readonly window: Pick<WhatIfOptions, 'from' | 'to' | 'share' | 'assumption' | 'propensities' | 'reward'>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

type Streams = Pick<LogTopology, 'log' | 'feedback' | 'subjects'>;

/** @throws CliError when interrupted */
export async function replayWhatIf(streams: Streams, replay: WhatIfReplay): Promise<WhatIfReport> {
  const inForce = await settingsInLog(streams, foldSettingsOf(replay.settings), replay.signal);
  return carefulIfNeeded((careful) => attempt(streams, replay, inForce, careful));
}

/** @throws FoldThrew: begin anew with care */
async function attempt(
  { log, feedback }: Streams,
  replay: WhatIfReplay,
  inForce: SettingsHistory,
  careful: boolean,
): Promise<WhatIfReport> {
  const { partitions, settings, other, progress, signal } = replay;
  const model = new OnlineModel(modelSettingsOf(settings));
  const otherModel = other.ownModel ? new OnlineModel(modelSettingsOf(other.settings)) : model;
  const fold = new LogFold(partitions, inForce, () => undefined, careful);
  const tail = await FeedbackTail.open(feedback, [...new Set([model, otherModel])], signal);
  const moments = new RankingMoments((userId) =>
    fold.partitions[partitionOf(userId, partitions)]!.peek(userId),
  );
  const rules = RuleSet.compile(settings.serving.rules);
  const whatIf = new WhatIf(
    { catalogue: fold.catalogue, model },
    {
      settings: rankingSettingsOf(other.settings),
      asked: askedOf(other.settings, other.asked),
      rules: isDeepStrictEqual(other.settings.serving.rules, settings.serving.rules)
        ? rules
        : RuleSet.compile(other.settings.serving.rules),
      model: otherModel,
      ...(other.scoreBy && { scoreBy: other.scoreBy }),
    },
    {
      ...replay.window,
      settings: rankingSettingsOf(settings),
      changes: (arms) => armChanges(settings, arms),
      rules,
      positiveTypes: settings.interest.positiveTypes,
      likeTypes: settings.interest.likeTypes,
      conversionTypes: settings.interest.conversionTypes,
      attributionSeconds: settings.interest.attributionSeconds,
    },
  );
  const rankDue = async (flush = false): Promise<void> => {
    for (let due = moments.next(flush); due; due = moments.next(flush)) {
      await tail.advanceTo({ modelSequence: due.event.modelSequence, appendedAt: due.appendedAt });
      whatIf.rank(due);
    }
  };
  const announce = ({ message, entries }: OpenedMessage): void => {
    for (const entry of entries) {
      if (!('event' in entry)) continue;
      const { event } = entry;
      if (event.kind === 'served' && whatIf.takes(event))
        moments.announce(event, message.sequence, message.appendedAt);
      const list = event.kind === 'impression' ? whatIf.takesShown(event) : undefined;
      if (list) moments.announce(list, message.sequence, message.appendedAt);
    }
  };

  let events = 0;
  const head = await log.head();
  try {
    for await (const opened of lookAhead(openedMessages(log, head, replay), announce)) {
      await rankDue();
      for (const event of foldOpened(fold, opened)) {
        events++;
        if ('userId' in event) whatIf.heard(event);
      }
      moments.passed(opened.message.sequence);
      progress.update(opened.message.sequence, events);
    }
    await rankDue(true);
  } finally {
    await tail.close();
  }
  progress.stop(head, events);
  if (signal.aborted) throw new CliError('interrupted before the log was read: no estimate');
  return whatIf.report();
}

/** What was folded of a message: with care only the events whose fold does not throw. */
function foldOpened(fold: LogFold, { message, entries }: OpenedMessage): LogEvent[] {
  const steps = fold.careful ? entries.map((entry) => [entry]) : [entries];
  return steps.flatMap((step) =>
    fold.foldEntries(message, step) > 0
      ? step.flatMap((entry) => ('event' in entry ? [entry.event] : []))
      : [],
  );
}

/** LOG up to `head`, with what is sealed in it opened. */
async function* openedMessages(
  log: EventLog,
  head: number,
  { partitions, keys, signal }: WhatIfReplay,
): AsyncGenerator<OpenedMessage> {
  if (head === 0) return;
  const sealed = new SealedReader(keys, partitions);
  for await (const batch of log.read({ from: 1, until: head, signal })) {
    for (const raw of batch) {
      // A batch shares memory with the network's buffer; what is read ahead outlives it only once decoded.
      const { sequence, subject, appendedAt } = raw;
      const message = { sequence, subject, appendedAt };
      const partition = partitionOfSubject(subject);
      if (partition === undefined) {
        yield { message, entries: decodeItemFrame(raw) };
        continue;
      }
      const entries = decodeUserFrame(raw, partition, partitions);
      const [opened] = await sealed.open([{ sequence, partition, entries }]);
      yield { message, entries: opened! };
    }
  }
}

function askedOf(settings: Settings, names: readonly string[]): Partial<RankingSettings> {
  const all = Object.entries(rankingSettingsOf(settings));
  return Object.fromEntries(all.filter(([name]) => names.includes(name)));
}

/** What the arms of a list changed in its settings. @param arms `experiment:arm` */
function armChanges({ experiments }: Settings, arms: readonly string[]): Partial<RankingSettings> {
  const changes = experiments.flatMap((experiment) =>
    experiment.arms
      .filter((arm) => arms.includes(`${experiment.name}:${arm.name}`))
      .map((arm) => arm.settings),
  );
  return Object.assign({}, ...changes) as Partial<RankingSettings>;
}
