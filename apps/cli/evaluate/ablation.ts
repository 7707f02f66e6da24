/**
 * `rekappa evaluate <dataset> --ablate`: the same run again and again, one part left out each time, everywhere at once: what is
 * learnt, what is recalled and what ranks; parts that are off are put in instead. A part is a change of settings, so the code that
 * runs is the code that serves.
 */
import { EXTRA_FEATURES, FEATURE_GROUPS } from '#features';
import { VOICES, type Voice } from '#learning';
import { CHANNELS_OFF, SHARED_CHANNELS } from '#recall';
import { UsageError } from '../terminal/exit.js';
import type { EvaluationReport, Headline, PartKind, ReportTable } from './dataset.js';

export interface Part {
  readonly name: string;
  /** As --set has them. */
  readonly set: readonly string[];
  /** No part of the whole: the run has it. */
  readonly extra?: boolean;
}

/** Of a channel that is off, as much as similar ones have. */
const PUT_IN_SHARE = 0.1;

export const PARTS: Readonly<Record<PartKind, readonly Part[]>> = {
  features: [
    ...FEATURE_GROUPS.map((group) => ({
      name: `features: ${group}`,
      set: [`interest.withoutFeatures=${group}`],
    })),
    ...EXTRA_FEATURES.map((extra) => ({
      name: `features: ${extra}`,
      set: [`interest.extraFeatures=${extra}`],
      extra: true,
    })),
  ],
  debiasing: [
    { name: 'debiasing: position as a feature', set: ['debias.method=none'] },
    { name: 'debiasing: CTR by examination', set: ['debias.ctr=shown'] },
  ],
  'next items': (Object.keys(VOICES) as Voice[]).map((voice) => ({
    name: `next items: ${voice}`,
    set: [`model.withoutSignals=${voice}`],
  })),
  channels: SHARED_CHANNELS.map((channel) => ({
    name: `channels: ${channel}`,
    set: [
      `serving.recallShares=${JSON.stringify({ [channel]: CHANNELS_OFF.includes(channel) ? PUT_IN_SHARE : 0 })}`,
    ],
    extra: CHANNELS_OFF.includes(channel),
  })),
};

/** @param wanted names, or beginnings of names such as `features`; empty: all. @throws UsageError for what is no part */
export function partsOf(kinds: readonly PartKind[], wanted: readonly string[]): Part[] {
  const all = kinds.flatMap((kind) => PARTS[kind]);
  if (all.length === 0) throw new UsageError('this data set has nothing to leave out');
  if (wanted.length === 0) return all;
  const chosen = wanted.map((name) =>
    all.filter((part) => part.name.startsWith(name) || part.name.endsWith(`: ${name}`)),
  );
  const unknown = wanted.find((_, i) => chosen[i]!.length === 0);
  if (unknown !== undefined)
    throw new UsageError(
      `there is no part "${unknown}"; there are ${all.map(({ name }) => name).join(', ')}`,
    );
  return [...new Set(chosen.flat())];
}

export interface Ablated {
  readonly part: Part;
  readonly headlines: readonly Headline[];
}

/**
 * What each part adds: the whole minus the run without it; for losses the other way round, so that more is better.
 * @throws UsageError when the report has nothing to compare
 */
export function ablationTable(whole: EvaluationReport, runs: readonly Ablated[]): ReportTable {
  const headlines = whole.headlines ?? [];
  if (headlines.length === 0)
    throw new UsageError('this report has no figure of the served model to compare');
  return {
    title:
      'what each part adds (the whole minus a run without it, or a run with what is off minus the whole; of losses, the other way round)',
    columns: ['part', ...headlines.map(({ metric }) => metric)],
    rows: [
      ['the whole', ...headlines.map(({ value }) => digits(value))],
      ...runs.map(({ part, headlines: without }) => [
        part.extra ? `${part.name}, off` : part.name,
        ...headlines.map(({ value, less }, i) => {
          const more = value - without[i]!.value;
          return signed(Boolean(less) === Boolean(part.extra) ? more : -more);
        }),
      ]),
    ],
    note: 'Differences within the noise of a report say nothing: see its paired tests for how large that is.',
  };
}

const digits = (value: number): string => value.toFixed(4);
const signed = (value: number): string => (value < 0 ? '−' : '+') + Math.abs(value).toFixed(4);
