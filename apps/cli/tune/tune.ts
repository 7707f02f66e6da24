/**
 * A search for better settings: what is tried is judged on the early lists, in order of time; what is found is judged on
 * the later ones, which took no part in the finding. Random search gets the same number of trials as its control.
 */
import { pairedBootstrap, type BootstrapResult } from '#evaluation';
import { SeededRandom } from '#kernel';
import type { ModelSettings } from '#learning';
import { lossesOf, type ObjectiveName } from './objective.js';
import { particleSwarm } from './particle-swarm.js';
import { randomSearch, type Point, type Search } from './search.js';
import { coordinateOf, valueAt, type Parameter } from './search-space.js';
import type { Taped } from './tape-sources.js';
import { firstShare, runTrials } from './trials.js';
import type { Step } from './tape.js';

export interface TuneOptions {
  readonly space: readonly Parameter[];
  readonly objective: ObjectiveName;
  /** Trials of each of the two searches. */
  readonly budget: number;
  readonly particles: number;
  readonly seed: number;
  /** Share of the newest lists that judge what was found. */
  readonly last: number;
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
  /** Hears of lists predicted, of all that will be. */
  readonly progress: (done: number, total: number, best: string) => void;
}

export interface Trial {
  /** By path of the setting. */
  readonly values: Readonly<Record<string, number>>;
  /** Mean loss on the early lists. */
  readonly early: number;
}

export interface Contender extends Trial {
  readonly name: string;
  /** Mean loss on the later lists. */
  readonly late: number;
  /** Loss of the present settings minus its own, over the later lists: above 0 is a gain. */
  readonly gain?: BootstrapResult;
  readonly trials: number;
}

export interface TuneResult {
  readonly contenders: readonly Contender[];
  /** Best swarm against best random, over the later lists: above 0, the swarm's is better. */
  readonly swarmOverRandom?: BootstrapResult;
  readonly history: Readonly<Record<string, readonly Trial[]>>;
  readonly lists: { readonly early: number; readonly late: number };
  readonly interrupted: boolean;
}

const PRESENT = 'present settings';
const RESAMPLES = 5_000;

export async function tune(taped: Taped, options: TuneOptions): Promise<TuneResult> {
  const { tape, present } = taped;
  const { space, budget, particles, seed, last } = options;
  const lists = tape.lists();
  const early = firstShare(tape, 1 - last);
  const start = space.map((parameter) => coordinateOf(parameter, presentValue(present, parameter)));
  const searches = [
    particleSwarm(space.length, new SeededRandom(seed), Math.min(particles, budget), start),
    randomSearch(space.length, new SeededRandom(seed + 1), particles),
  ];
  const pass = passes(early, taped, options, lists.length);
  const history: Record<string, Trial[]> = {};
  const base = await pass.judge([[]]);
  for (const search of searches) history[search.name] = base ? await run(search, pass, space, budget) : [];
  const found = searches.flatMap(({ name }) => best(name, history[name]!));
  const earlyLoss = base?.[0] ?? NaN;
  const interrupted = options.signal.aborted;
  const contenders = await judgeLater(taped, options, found, earlyLoss, pass.progress);
  return {
    ...contenders,
    history,
    lists: { early: Math.floor(lists.length * (1 - last)), late: Math.ceil(lists.length * last) },
    interrupted,
  };
}

interface Passes {
  readonly progress: (lists: number) => void;
  /** Mean early loss of each; undefined when interrupted. @param pairs path=value, of each setting */
  judge(pairs: readonly (readonly string[])[]): Promise<number[] | undefined>;
}

function passes(early: readonly Step[], taped: Taped, options: TuneOptions, all: number): Passes {
  const lists = early.flatMap((step) => ('list' in step && step.list.outcomes.length > 0 ? [step.list] : []));
  const total = lists.length * (2 * options.budget + 1) + 3 * all;
  let done = 0;
  let least = Infinity;
  const progress = (more: number): void =>
    options.progress((done += more), total, Number.isFinite(least) ? least.toFixed(4) : '');
  return {
    progress,
    async judge(pairs) {
      const predictions = await runTrials(
        early,
        pairs.map((own) => taped.settingsWith(own)),
        { ...options, progress },
      );
      const losses = predictions?.map((own) => mean(lossesOf(options.objective, lists, own)));
      for (const loss of losses ?? []) if (loss < least) least = loss;
      return losses;
    },
  };
}

/** Trials until the budget is spent, or until interrupted. */
async function run(
  search: Search,
  pass: Passes,
  space: readonly Parameter[],
  budget: number,
): Promise<Trial[]> {
  const trials: Trial[] = [];
  while (trials.length < budget) {
    const asked = search.ask(budget - trials.length).map((point) => valuesAt(space, point));
    const losses = await pass.judge(asked.map(pairsOf));
    if (!losses) break;
    search.tell(losses);
    asked.forEach((values, i) => trials.push({ values, early: losses[i]! }));
  }
  return trials;
}

/** The best of each search and the present settings, on the lists that took no part. */
async function judgeLater(
  { tape, settingsWith }: Taped,
  options: TuneOptions,
  found: readonly (Trial & { name: string; trials: number })[],
  presentEarly: number,
  progress: (lists: number) => void,
): Promise<Pick<TuneResult, 'contenders' | 'swarmOverRandom'>> {
  const lists = tape.lists();
  const from = Math.floor(lists.length * (1 - options.last));
  const candidates = [{ name: PRESENT, values: {}, early: presentEarly, trials: 0 }, ...found];
  // Interrupted or not, what was found is judged: a second Ctrl-C leaves at once.
  const predictions = await runTrials(
    tape.steps,
    candidates.map(({ values }) => settingsWith(pairsOf(values))),
    { ...options, signal: new AbortController().signal, progress },
  );
  const losses = predictions!.map((own) => lossesOf(options.objective, lists.slice(from), own.slice(from)));
  const test = (a: number, b: number): BootstrapResult =>
    pairedBootstrap(losses[a]!, losses[b]!, options.seed, RESAMPLES);
  const contenders = candidates.map((candidate, c) => ({
    ...candidate,
    late: mean(losses[c]!),
    ...(c > 0 && { gain: test(0, c) }),
  }));
  return { contenders, ...(found.length === 2 && { swarmOverRandom: test(2, 1) }) };
}

function best(name: string, trials: readonly Trial[]): (Trial & { name: string; trials: number })[] {
  if (trials.length === 0) return [];
  const least = trials.reduce((a, b) => (b.early < a.early ? b : a));
  return [{ ...least, name, trials: trials.length }];
}

function valuesAt(space: readonly Parameter[], point: Point): Record<string, number> {
  return Object.fromEntries(space.map((parameter, d) => [parameter.name, valueAt(parameter, point[d]!)]));
}

export function pairsOf(values: Readonly<Record<string, number>>): string[] {
  return Object.entries(values).map(([name, value]) => `${name}=${value}`);
}

/** The present value of a setting of the model; the middle of the range for one that the model does not show. */
function presentValue(present: ModelSettings, { name, low, high }: Parameter): number {
  const [section, key] = name.split('.') as [string, string];
  const tree = present as unknown as Record<string, unknown>;
  const value =
    section === 'model' ? tree[key] : (tree[section] as Record<string, unknown> | undefined)?.[key];
  return typeof value === 'number' ? value : (low + high) / 2;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
