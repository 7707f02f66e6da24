/** Where a tape comes from: a data set, folded as the live system would; or the FEEDBACK of a running one. */
import { decodeFeedbackBatch, type LogEvent, type Tick } from '#events';
import { LiveRehearsal } from '#evaluation';
import { AppError } from '#kernel';
import { modelSettingsOf, type ModelSettings } from '#learning';
import { rehearsalOf } from '../evaluate/context.js';
import type { EvaluationContext } from '../evaluate/dataset.js';
import { KUAIRAND_SETTINGS } from '../evaluate/datasets/kuairand.js';
import { RANKLENS_ATTRIBUTION_SECONDS } from '../evaluate/datasets/ranklens.js';
import { playSource } from '../evaluate/play.js';
import { readUntil } from '../replay/until.js';
import { withSession } from '../session.js';
import { withOverrides } from '../setting-overrides.js';
import { openKuaiRand } from '../sources/kuairand-source.js';
import { openMetarank } from '../sources/metarank-source.js';
import type { EventSource } from '../sources/source.js';
import { CliError } from '../terminal/exit.js';
import { Tape } from './tape.js';

export interface Taped {
  readonly tape: Tape;
  /** Those of the deployment, or the defaults, with --set. */
  readonly present: ModelSettings;
  /** The same with other values. @param pairs path=value */
  settingsWith(pairs: readonly string[]): ModelSettings;
}

interface TapedDataset {
  readonly open: (context: EvaluationContext) => Promise<EventSource>;
  /** Settings of the data set's own, below --set: those that it is evaluated with. */
  readonly defaults: readonly string[];
}

const DATASETS: Readonly<Record<string, TapedDataset>> = {
  ranklens: {
    open: async (context) => openMetarank(await context.file('ranklens/events.jsonl.gz')),
    defaults: [`interest.attributionSeconds=${RANKLENS_ATTRIBUTION_SECONDS}`],
  },
  kuairand: {
    open: async (context) =>
      openKuaiRand({
        log: await context.file('kuairand-pure/log_standard_0425_0503.csv.gz'),
        videos: await context.file('kuairand-pure/video_features_basic_pure.csv.gz'),
        users: await context.file('kuairand-pure/user_features_pure.csv.gz'),
      }),
    defaults: KUAIRAND_SETTINGS,
  },
};

export const TAPED = [...Object.keys(DATASETS), 'live'];

/** @throws UsageError, CliError when interrupted */
export async function tapeDataset(name: string, context: EvaluationContext, max: number): Promise<Taped> {
  const { open, defaults } = DATASETS[name]!;
  const settings = context.settingsWith(defaults);
  const tape = new Tape(max);
  const rehearsal = new LiveRehearsal(rehearsalOf(settings), (record) => tape.add(record));
  let last = 0;
  await playSource(context, await open(context), (event: Exclude<LogEvent, Tick>) => {
    last = event.timestamp;
    if (!tape.full) rehearsal.append(event);
  });
  // What is still open ends now.
  rehearsal.passTime(last + 2 * settings.interest.attributionSeconds * 1000 + settings.actors.tickMs);
  return {
    tape,
    present: modelSettingsOf(settings),
    settingsWith: (pairs) =>
      modelSettingsOf(context.settingsWith([...defaults.filter((own) => !overrides(pairs, own)), ...pairs])),
  };
}

/** FEEDBACK of a running system from its beginning. */
export async function tapeLive(
  dataFolder: string,
  set: readonly string[],
  context: EvaluationContext,
  max: number,
): Promise<Taped> {
  return withSession(dataFolder, async ({ topology, settings }) => {
    const tape = new Tape(max);
    const last = await topology.feedback.head();
    const progress = context.progress('read', last, 'samples');
    for await (const batch of readUntil(topology.feedback, last, undefined, context.signal)) {
      for (const { payload } of batch) addMessage(tape, payload);
      progress.update(batch.at(-1)!.sequence, tape.outcomes);
      if (tape.full) break;
    }
    progress.stop(last, tape.outcomes);
    if (context.signal.aborted) throw new CliError('interrupted');
    const settingsWith = (pairs: readonly string[]): ModelSettings =>
      modelSettingsOf(withOverrides(settings, [...set, ...pairs]));
    return { tape, present: settingsWith([]), settingsWith };
  });
}

/** What the learner skips is skipped here too. */
function addMessage(tape: Tape, payload: Uint8Array): void {
  try {
    for (const record of decodeFeedbackBatch(payload).records) tape.add(record);
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof AppError && error.code === 'REK_LOG_DAMAGED'))
      throw error;
  }
}

function overrides(pairs: readonly string[], own: string): boolean {
  return pairs.some((pair) => pair.split('=')[0] === own.split('=')[0]);
}
