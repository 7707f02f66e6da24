/** `rekappa experiments`: live results of the running experiments, arm by arm. */
import type { Command } from 'commander';
import type { ArmReport, ExperimentReport } from '#learning';
import { dataOption } from '../connection.js';
import { withSession } from '../session.js';
import { printJson, printLine } from '../terminal/print.js';
import { renderTable } from '../terminal/table.js';

export function registerExperiments(program: Command): void {
  program
    .command('experiments')
    .description('Live results of the experiments, with intervals that hold however often one looks.')
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
  return [
    `${experiment}, since ${new Date(since).toISOString()}`,
    renderTable(
      ['arm', 'items shown', 'clicked', 'click rate', 'lift', 'difference, 95 % at any time', 'p'],
      arms.map(row),
    ),
  ].join('\n');
}

function row({ arm, impressions, clicks, ctr, comparison }: ArmReport, place: number) {
  const own = [arm, impressions.toLocaleString('en'), clicks.toLocaleString('en'), ctr.toFixed(5)];
  if (!comparison) return [...own, '', place === 0 ? 'compared with' : 'too early', ''];
  const { lift, low, high, pValue } = comparison;
  return [...own, `${signed(lift * 100, 1)} %`, `${signed(low, 5)} to ${signed(high, 5)}`, pValue.toFixed(4)];
}

const signed = (value: number, digits: number): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
