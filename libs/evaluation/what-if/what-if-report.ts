/** What is answered to "what if", and when nothing is. */
import type { OffPolicyReport, Refusal } from '../off-policy/index.js';
import type { Reward } from './reward.js';

/** Where the chances of the policy that ran come from. */
export const PROPENSITY_SOURCES = [
  /** From the lists that this system has logged as served. */
  'logged',
  /** From what clients say of the lists that they have shown, whoever made them: each item's chance given those above it. */
  'shown',
  /** From nobody: fitted to what was shown. */
  'fitted',
] as const;
export type PropensitySource = (typeof PROPENSITY_SOURCES)[number];

/** Why a list is not weighed. */
export type LeftOut =
  /** Its model was not the one that FEEDBACK makes: promoted since, or none yet. */
  | 'other-model'
  /** It does not say from which state it was ranked, or was written down too late to be ranked there. */
  | 'unknown-moment'
  /** Its request is in the log in part only. */
  | 'unknown-request'
  /** An item of it is not among the candidates that the replay finds. */
  | 'other-candidates'
  /** All its items are, with other chances: rules or settings have changed, or caches of the host differ. */
  | 'other-chances'
  /** Of chances given the items above: an item came without one, or those above are not known. */
  | 'no-propensities'
  /** It came without any alternative: nothing can be learnt from it about another. */
  | 'certain';

export interface WhatIfReport extends OffPolicyReport {
  readonly propensities: PropensitySource;
  /** What the policies are judged by, and in what. */
  readonly reward: Reward;
  readonly unit: string;
  /** Items of all lists shown that earned it; of dwell: clicks of which somebody told the stay. */
  readonly outcomes: number;
  /** Those in lists that were weighed. */
  readonly outcomesWeighed: number;
  /** Lists looked at, served or (of chances that are not logged) shown; shown: those whose impression came. */
  readonly lists: number;
  readonly shown: number;
  /** Lists shown in the same time that are no list of ours, and how many of them say with which chances they were made. */
  readonly foreign: { readonly lists: number; readonly withPropensities: number };
  /** Lists whose policy is none of ours: nothing can be said about them. */
  readonly unknownPolicy: number;
  /** Share of the lists whose logged propensities were all found again from the replayed state. Of logged ones. */
  readonly reproduced?: number;
  /** Lists not weighed, by reason. */
  readonly leftOut: Readonly<Partial<Record<LeftOut, number>>>;
  /** Mean reward of all lists shown, weighed or not: `behaviour` strays from it when leaving lists out selects. */
  readonly behaviourOfAll: number;
  /** Lists by the policy that ran. */
  readonly policies: Readonly<Record<string, number>>;
  /** Of fitted propensities, where the true ones can be computed too: mean |ln(fitted / true)| over the slots. */
  readonly fitError?: number;
}

/** Less of the policy that ran found again makes every weight a guess. */
export const REPRODUCED_MIN = 0.5;
/** Weights average 1 when the policy that ran is known; with a hundred effective samples they stray a tenth by chance. */
export const WEIGHT_MEAN_TOLERANCE = 0.33;

/** @param found again: by the cascade assumption nothing needs to be */
export function withRefusal(report: WhatIfReport, needsReproduction: boolean): WhatIfReport {
  const reason = report.refusal ? hint(report) : (unearned(report) ?? distrust(report, needsReproduction));
  return reason ? { ...report, estimates: [], refusal: reason } : report;
}

/** The refusal that the estimators found, with what else the log could answer. */
function hint({ refusal, foreign, lists, leftOut, propensities }: WhatIfReport): Refusal | undefined {
  if (refusal?.code !== 'nothing-logged') return refusal;
  if (propensities === 'logged' && lists === 0 && foreign.lists > 0) {
    const { lists: shown, withPropensities } = foreign;
    const instead =
      withPropensities > 0
        ? `${withPropensities} of them say with which chances: ask with --propensities shown --assume cascade`
        : 'none of them says with which chances: ask with --propensities fitted';
    return {
      code: 'nothing-logged',
      reason: `the log holds no list of this system's, but ${shown} lists that were shown; ${instead}`,
    };
  }
  if (propensities === 'shown' && leftOut['no-propensities'])
    return {
      code: 'no-propensities',
      reason: `none of ${lists} lists shown says with which chances all its items were chosen: ask with --propensities fitted`,
    };
  if (leftOut.certain)
    return {
      code: 'no-support',
      reason: `all ${leftOut.certain} lists were the only ones possible (every propensity is 1): the log holds nothing about others`,
    };
  return refusal;
}

/** Of what nobody ever did, no policy can be said to bring more or less. */
function unearned({ outcomes, outcomesWeighed, reward, shown }: WhatIfReport): Refusal | undefined {
  if (outcomesWeighed > 0) return undefined;
  const where =
    outcomes === 0
      ? `of the ${shown} lists shown`
      : `of the lists that could be weighed, ${outcomes} of the others`;
  return {
    code: 'no-outcomes',
    reason: `the log has no ${NOBODY[reward]} ${where}: nothing can be told about it`,
  };
}

const NOBODY: Readonly<Record<Reward, string>> = {
  click: 'click on an item',
  like: 'like (interest.likeTypes) of a clicked item',
  conversion: 'conversion (interest.conversionTypes) of a clicked item',
  dwell: 'stay (interactions of type dwell, with seconds as their value) at a clicked item',
};

function distrust(
  { propensities, reproduced = 1, diagnostics: { weightMean } }: WhatIfReport,
  needsReproduction: boolean,
): Refusal | undefined {
  const offBy = Math.abs(weightMean - 1) > WEIGHT_MEAN_TOLERANCE;
  const mean = weightMean.toFixed(2);
  switch (propensities) {
    case 'fitted':
      return offBy
        ? {
            code: 'not-reproduced',
            reason: `weights by the fitted propensities average ${mean} instead of 1: what the policy that ran has chosen by is not in the fitted model`,
          }
        : undefined;
    case 'shown':
      return offBy
        ? {
            code: 'wrong-propensities',
            reason: `weights average ${mean} instead of 1: the propensities that clients sent are not the chances, given the items above, with which the lists were drawn`,
          }
        : undefined;
    case 'logged':
      return needsReproduction && (offBy || !(reproduced >= REPRODUCED_MIN))
        ? {
            code: 'not-reproduced',
            reason:
              `the logged propensities of ${(reproduced * 100).toFixed(0)} % of the lists are found again from the replayed state, and weights average ` +
              `${mean} instead of 1: rules, settings or the model were others then, or the log does not say from which ` +
              'state the lists were ranked. Use --assume cascade, which takes propensities from the log',
          }
        : undefined;
  }
}
