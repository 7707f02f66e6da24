/** `rekappa experiments`: live results of the running experiments, arm by arm. */
import type { Command } from 'commander';
import { GOALS, type ArmReport, type ExperimentReport, type GoalResult } from '#learning';
import { dataOption } from '../connection.js';
import { withSession } from '../session.js';
import { printJson, printLine } from '../terminal/print.js';
import { renderTable } from '../terminal/table.js';

export function registerExperiments(program: Command): void {
  program
    .command('experiments')
    .description(
      'Live results of the experiments, goal by goal, with intervals that hold however often one looks.',
    )
    .option('--json', 'print as JSON', false)
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  rekappa experiments\n  rekappa experiments --json')
    .action(async (options: { json: boolean; data: string }) => {
      const { experiments } = await withSession(options.data, ({ learner }) => learner.experiments());
      if (options.json) return printJson({ experiments });
      if (experiments.length === 0)
        return printLine('no experiments: the setting `experiments` has none (docs/experiments.md)');
      printLine(experiments.map(render).join('\n\n'));
    });
}

function render({ experiment, since, arms }: ExperimentReport): string {
  const goals = GOALS.filter((goal) => arms.some((arm) => (arm.goals?.[goal].count ?? 0) > 0));
  const results = [
    ...arms.map((arm, place) => row('click', arm, { ...arm, count: arm.clicks, rate: arm.ctr }, place)),
    ...goals.flatMap((goal) => arms.map((arm, place) => row(goal, arm, arm.goals[goal], place))),
  ];
  return [
    `${experiment}, since ${new Date(since).toISOString()}`,
    renderTable(
      ['goal', 'arm', 'items shown', 'count', 'per item', '95 %', 'lift', 'difference, 95 %', 'p'],
      results,
    ),
    `intervals hold at any time, each by itself; dwell in seconds; what comes of a click is known when its list has ended: ${arms.map(endedOf).join(', ')}`,
  ].join('\n');
}

function endedOf({ arm, ended, clicks }: ArmReport): string {
  // A learner of an earlier version does not say.
  return ended === undefined ? `${arm} not known` : `${arm} ${whole(ended)} of ${whole(clicks)}`;
}

function row(
  goal: string,
  { arm, impressions }: ArmReport,
  { count, rate, interval, comparison }: GoalResult,
  place: number,
): string[] {
  const own = [goal, arm, whole(impressions), whole(count), rate.toFixed(5)];
  own.push(interval ? `${interval.low.toFixed(5)} to ${interval.high.toFixed(5)}` : 'too early');
  if (!comparison) return [...own, '', place === 0 ? 'compared with' : 'too early', ''];
  const { lift, low, high, pValue } = comparison;
  return [...own, `${signed(lift * 100, 1)} %`, `${signed(low, 5)} to ${signed(high, 5)}`, pValue.toFixed(4)];
}

const whole = (count: number): string => count.toLocaleString('en');
const signed = (value: number, digits: number): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
