/**
 * What a data set of `rekappa evaluate` is: a source of events, played through the live system's fold and learner, and
 * a report of what came of it. Options, progress, files, tables, JSON and curves are the framework's.
 */
import type { Command } from 'commander';
import type { Settings } from '#config';
import type { Progress } from '../terminal/progress.js';

/** What a data set can tell something about: ablation.ts leaves its parts out. */
export type PartKind = 'features' | 'debiasing' | 'next items' | 'channels';

export interface Dataset {
  /** As in `rekappa evaluate <name>`. */
  readonly name: string;
  /** One line, for --help. */
  readonly summary: string;
  /** Calls that can be typed as they stand, for --help; default: one with --json and one with --plot. */
  readonly examples?: readonly string[];
  /** Shared options that say nothing here, and are refused. @param own options of the data set's own, as parsed */
  without?(own: Readonly<Record<string, unknown>>): readonly SharedOption[];
  /** What --ablate can leave out; default: nothing. */
  readonly ablates?: readonly PartKind[];
  /** Adds options of its own to the command. */
  configure?(command: Command): void;
  run(context: EvaluationContext): Promise<EvaluationReport>;
}

/** The options that every data set takes, as parsed. */
export interface SharedOptions {
  readonly dataFile?: string;
  readonly dataFolder?: string;
  readonly json: boolean;
  readonly plot?: string;
  readonly set: readonly string[];
  /** Share of the newest lists or samples that is reported by itself, 0..1. */
  readonly last: number;
  /** Pairs of models to be tested against each other. */
  readonly compare: readonly (readonly [string, string])[];
}

/** Shared options that not every data set has a use for. */
export type SharedOption = 'dataFile' | 'dataFolder' | 'plot' | 'last' | 'compare' | 'ablate' | 'set';

export interface EvaluationContext {
  /** All options as parsed: the data set's own and the shared ones. */
  readonly options: SharedOptions & Readonly<Record<string, unknown>>;
  /** The defaults, with --set applied. The environment plays no part: a report can be repeated. */
  readonly settings: Settings;
  /** The same above defaults of the data set's own, such as `interest.attributionSeconds=10`. --set wins. */
  settingsWith(defaults: readonly string[]): Settings;
  /**
   * Path of a file of the data set.
   * @param relative `<folder>/<file>` below $REKAPPA_DATA. With --data-folder the file is looked for there; --data-file
   *   is the first file asked for, and the others are looked for beside it. `.gz` may be there or not.
   * @throws UsageError when it is nowhere
   */
  file(relative: string): Promise<string>;
  /** A bar on stderr. @param total of the position, such as bytes. @param unit what is counted: events, rows */
  progress(label: string, total: number, unit: string): Progress;
  readonly signal: AbortSignal;
}

export interface EvaluationReport {
  readonly dataset: string;
  /** What was played: events, users, items, samples, settings that differ from the defaults... */
  readonly input: Readonly<Record<string, number | string>>;
  readonly tables: readonly ReportTable[];
  readonly comparisons: readonly Comparison[];
  /** What the served model is judged by, in a few numbers. */
  readonly headlines?: readonly Headline[];
  /** Drawn by --plot. */
  readonly curves: readonly Curve[];
  /** Only in --json. */
  readonly details?: unknown;
}

export interface Headline {
  /** Of which lists or samples it is, too. */
  readonly metric: string;
  readonly value: number;
  /** Whether less is better. */
  readonly less?: boolean;
}

export interface ReportTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
  readonly note?: string;
}

/** A paired test: a − b. */
export interface Comparison {
  readonly metric: string;
  readonly a: string;
  readonly b: string;
  /** Of which lists or samples, when not of all. */
  readonly of?: string;
  readonly difference: number;
  readonly standardError: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** One-sided, that a is not better than b: of a bootstrap the share of the resamples in which it is not. */
  readonly pValue: number;
  /** Default: paired bootstrap. */
  readonly test?: string;
}

export interface Curve {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly CurveSeries[];
}

export interface CurveSeries {
  readonly name: string;
  /** The one to look at: drawn thick. */
  readonly strong?: boolean;
  /** [x, y], x rising. */
  readonly points: readonly (readonly [number, number])[];
}
