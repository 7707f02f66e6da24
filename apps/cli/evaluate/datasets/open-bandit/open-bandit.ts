/**
 * Open Bandit: the value of Bernoulli Thompson sampling from the log of a random policy, with the estimators that
 * `libs/evaluation/off-policy` has, beside what its own log says and what the Open Bandit Pipeline printed for the same files. Once with
 * the propensities that the log gives, and once with propensities fitted to its choices, as for logs that give none.
 */
import { offPolicyReport, OffPolicySums, type OffPolicyReport } from '#evaluation';
import { CliError } from '../../../terminal/exit.js';
import type { Dataset, ReportTable } from '../../dataset.js';
import { readBanditLog, type BanditLog } from './bandit-log.js';
import { fittedPropensities } from './fitted-propensities.js';
import { rewardPredictions } from './reward-predictions.js';

const CAMPAIGN = 'men';
/** Open Bandit Pipeline on campaign `men` of the small sample; those with a reward model depend on its regression. */
const PIPELINE: Readonly<Record<string, string>> = {
  IPS: '.004534',
  SNIPS: '.004604',
  DM: '.004150',
  DR: '.004569',
  SNDR: '.004575',
};

export const openBandit: Dataset = {
  name: 'open-bandit',
  summary:
    'Open Bandit, campaign men: what Bernoulli TS would earn, estimated from the log of a random policy.',
  examples: [
    'REKAPPA_DATA=~/data rekappa evaluate open-bandit',
    'rekappa evaluate open-bandit --data-folder open-bandit --json',
  ],
  // No model learns here: the log, its policies and the estimators are all there is.
  without: () => ['last', 'compare', 'plot', 'set'],
  async run(context) {
    const file = (name: string): Promise<string> => context.file(`open-bandit/${name}`);
    const log = await readBanditLog({
      random: await file(`random_${CAMPAIGN}.csv.gz`),
      evaluated: await file(`bts_${CAMPAIGN}.csv.gz`),
      items: await file(`item_context_${CAMPAIGN}.csv`),
      distribution: await file(`bts_action_dist_${CAMPAIGN}.csv`),
    }).catch((error: Error) => {
      throw new CliError(error.message);
    });
    const fitted = fittedPropensities(log);
    const reports = { logged: evaluateBandit(log), fitted: evaluateBandit(log, fitted) };
    return {
      dataset: 'open-bandit',
      input: { rows: log.rows.length, actions: log.actionContext.length, onPolicyRows: log.onPolicy.rows },
      tables: [estimatesTable(reports.logged, log), fittedTable(reports, log, fitted)],
      comparisons: [],
      curves: [],
      details: { ...reports.logged, fitted: reports.fitted },
    };
  },
};

/** @param propensities by row; default: those of the log */
export function evaluateBandit(
  log: BanditLog,
  propensities: readonly number[] = log.rows.map(({ propensity }) => propensity),
): OffPolicyReport {
  const predictions = rewardPredictions(log);
  const sums = new OffPolicySums();
  log.rows.forEach(({ action, position, reward }, row) => {
    const predicted = predictions[row]!;
    sums.add({
      reward,
      behaviour: propensities[row],
      target: log.evaluated[action]![position]!,
      predicted: predicted[action]!,
      expected: log.evaluated.reduce((sum, shares, a) => sum + shares[position]! * predicted[a]!, 0),
      cluster: row,
    });
  });
  return offPolicyReport(sums);
}

function estimatesTable(report: OffPolicyReport, { onPolicy }: BanditLog): ReportTable {
  const { behaviour, diagnostics, estimates, refusal, threshold } = report;
  const six = (value: number): string => value.toFixed(6);
  return {
    title: 'click rate of Bernoulli TS, estimated from the random log',
    columns: ['estimator', 'estimate', '95 % low', '95 % high', 'standard error', 'Open Bandit Pipeline'],
    rows: [
      ['random policy (that ran)', six(behaviour), '', '', '', '.0046'],
      ...estimates.map(({ name, value, low, high, standardError }) => [
        name,
        six(value),
        six(low),
        six(high),
        six(standardError),
        PIPELINE[name] ?? '',
      ]),
      ['on-policy mean (its own log)', six(onPolicy.mean), '', '', '', '.0069'],
    ],
    note:
      refusal?.reason ??
      `effective samples ${diagnostics.effectiveSamples.toFixed(0)} of ${diagnostics.samples}, largest weight ` +
        `${diagnostics.weightMax.toFixed(2)}, switch-DR's threshold ${threshold === Infinity ? 'none' : threshold}`,
  };
}

function fittedTable(
  reports: Readonly<Record<'logged' | 'fitted', OffPolicyReport>>,
  { rows }: BanditLog,
  fitted: readonly number[],
): ReportTable {
  const six = (value: number): string => value.toFixed(6);
  const off = rows.reduce(
    (sum, { propensity }, row) => sum + Math.abs(Math.log(fitted[row]! / propensity)),
    0,
  );
  const { diagnostics, estimates, refusal } = reports.fitted;
  return {
    title: 'the same with propensities fitted to the log instead of those it gives',
    columns: ['estimator', 'fitted', '95 % low', '95 % high', 'logged', 'fitted − logged'],
    rows: estimates.map(({ name, value, low, high }) => {
      const known = reports.logged.estimates.find((of) => of.name === name)?.value ?? NaN;
      return [name, six(value), six(low), six(high), six(known), six(value - known)];
    }),
    note:
      refusal?.reason ??
      `mean |ln(fitted / logged)| ${(off / rows.length).toFixed(3)}; effective samples ${diagnostics.effectiveSamples.toFixed(0)} of ` +
        `${diagnostics.samples}, mean weight ${diagnostics.weightMean.toFixed(4)}`,
  };
}
