/**
 * Plays a tape to models with different settings: each list is predicted, then what followed is learnt. Several models
 * share a pass as far as memory allows; between slices of work the process answers to Ctrl-C.
 */
import { newScores, OnlineModel, type ModelSettings } from '#learning';
import type { Step, Tape } from './tape.js';

/** Steps between two looks at the signal. */
const SLICE = 2_000;

export interface TrialsOptions {
  /** Memory for models, bytes. */
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
  /** Hears how many lists were predicted, over all models. */
  readonly progress: (lists: number) => void;
}

/** For each list with outcomes, the predicted click-through rates of its items. */
export type Predictions = Float64Array[];

/** @param steps of the tape to play @returns undefined when interrupted */
export async function runTrials(
  steps: readonly Step[],
  settings: readonly ModelSettings[],
  options: TrialsOptions,
): Promise<Predictions[] | undefined> {
  const predictions: Predictions[] = [];
  for (let at = 0; at < settings.length;) {
    const together = Math.max(1, Math.floor(options.memoryBytes / modelBytes(settings[at]!)));
    const models = settings.slice(at, at + together).map((own) => new OnlineModel(own));
    const found = await play(steps, models, options);
    if (!found) return undefined;
    predictions.push(...found);
    at += models.length;
  }
  return predictions;
}

/** The steps of the first share of the tape's lists. */
export function firstShare(tape: Tape, share: number): Step[] {
  const lists = tape.lists();
  const first = lists[Math.floor(lists.length * share)];
  const end = first
    ? tape.steps.findIndex((step) => 'list' in step && step.list === first)
    : tape.steps.length;
  return tape.steps.slice(0, end);
}

/** About what a model takes: FTRL w, z, n; FM rows and squares; OLR; flags. */
export function modelBytes({ bits, fm }: ModelSettings): number {
  return 2 ** bits * (24 + 8 * (fm.factors + 1) + 10);
}

async function play(
  steps: readonly Step[],
  models: readonly OnlineModel[],
  { signal, progress }: TrialsOptions,
): Promise<Predictions[] | undefined> {
  const predictions = models.map((): Predictions => []);
  for (let from = 0; from < steps.length; from += SLICE) {
    if (signal.aborted) return undefined;
    let lists = 0;
    for (const step of steps.slice(from, from + SLICE)) {
      if ('list' in step && step.list.outcomes.length > 0) lists++;
      models.forEach((model, m) => advance(model, step, predictions[m]!));
    }
    progress(lists * models.length);
    await new Promise(setImmediate);
  }
  return predictions;
}

const scores = newScores();

function advance(model: OnlineModel, step: Step, predictions: Predictions): void {
  if ('record' in step) {
    const { record } = step;
    if (record.kind === 'exposure') model.exposure(record);
    else if (record.kind === 'outcome') model.outcome(record);
    else if (record.kind === 'sequel') model.sequel(record);
    else model.engagement(record);
    return;
  }
  const { outcomes, timestamp } = step.list;
  if (outcomes.length === 0) return;
  predictions.push(
    Float64Array.from(outcomes, ({ features, itemKey }) => {
      model.score(features, itemKey, timestamp, scores);
      return scores.blend;
    }),
  );
}
