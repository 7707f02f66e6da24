/** Folds LOG once, with the model as far as it had learnt at each list, and asks at every served list what the other policy would have done. */
import { LogFold, WhatIf, type WhatIfOptions, type WhatIfReport } from '#evaluation';
import { foldSettingsOf } from '#interest';
import { decodeItemFrame, decodeUserFrame } from '#events';
import { partitionOf } from '#kernel';
import { modelSettingsOf, OnlineModel } from '#learning';
import type { LogTopology } from '#log';
import { SealedReader, type KeySource } from '#privacy';
import { rankingSettingsOf, type PlainScore, type RankingSettings } from '#ranking';
import { RecallIndex } from '#recall';
import { RuleSet } from '#rules';
import type { Settings } from '#config';
import type { Progress } from '../terminal/progress.js';
import { CliError } from '../terminal/exit.js';
import { FeedbackTail } from './feedback-tail.js';

export interface WhatIfReplay {
  readonly partitions: number;
  readonly settings: Settings;
  readonly keys?: KeySource | undefined;
  readonly other: { readonly settings: Settings; readonly scoreBy?: PlainScore; readonly ownModel: boolean };
  readonly window: Pick<WhatIfOptions, 'from' | 'to' | 'share' | 'assumption'>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

type Streams = Pick<LogTopology, 'log' | 'feedback'>;

/** @throws CliError when interrupted */
export async function replayWhatIf({ log, feedback }: Streams, replay: WhatIfReplay): Promise<WhatIfReport> {
  const { partitions, settings, other, progress, signal } = replay;
  const model = new OnlineModel(modelSettingsOf(settings));
  const otherModel = other.ownModel ? new OnlineModel(modelSettingsOf(other.settings)) : model;
  const fold = new LogFold(partitions, foldSettingsOf(settings), () => undefined);
  const tail = await FeedbackTail.open(feedback, [...new Set([model, otherModel])], signal);
  const whatIf = new WhatIf(
    {
      catalogue: fold.catalogue,
      index: new RecallIndex(fold.catalogue),
      model,
      user: (userId) => fold.partitions[partitionOf(userId, partitions)]!.peek(userId),
    },
    {
      settings: rankingSettingsOf(other.settings),
      rules: RuleSet.compile(other.settings.serving.rules),
      model: otherModel,
      ...(other.scoreBy && { scoreBy: other.scoreBy }),
    },
    {
      ...replay.window,
      settings: rankingSettingsOf(settings),
      changes: (arms) => armChanges(settings, arms),
      rules: RuleSet.compile(settings.serving.rules),
      positiveTypes: settings.interest.positiveTypes,
      attributionSeconds: settings.interest.attributionSeconds,
    },
  );
  const sealed = new SealedReader(replay.keys, partitions);
  let events = 0;
  const head = await log.head();
  if (head > 0)
    for await (const batch of log.read({ from: 1, until: head, signal })) {
      for (const message of batch) {
        const partition = /^log\.user\.(\d+)$/.exec(message.subject)?.[1];
        if (partition === undefined) {
          events += fold.foldItems(message.sequence, message.appendedAt, decodeItemFrame(message));
          continue;
        }
        // Entry by entry: a list is judged in the state that its host had, before what follows in the same frame.
        const entries = decodeUserFrame(message, Number(partition), partitions);
        const [opened] = await sealed.open([
          { sequence: message.sequence, partition: Number(partition), entries },
        ]);
        for (const entry of opened!) {
          if ('event' in entry && entry.event.kind === 'served')
            await tail.advanceTo({
              modelSequence: entry.event.modelSequence,
              appendedAt: message.appendedAt,
            });
          if ('event' in entry && 'userId' in entry.event) whatIf.heard(entry.event);
          events += fold.foldUsers(Number(partition), message.sequence, message.appendedAt, [entry]);
        }
      }
      progress.update(batch.at(-1)?.sequence ?? 0, events);
    }
  progress.stop(head, events);
  await tail.close();
  if (signal.aborted) throw new CliError('interrupted before the log was read: no estimate');
  return whatIf.report();
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
