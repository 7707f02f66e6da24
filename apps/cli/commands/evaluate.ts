/** `rekappa evaluate <dataset>`: how well the live system's fold, features and learner do on a recorded log. */
import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { evaluationContext } from '../evaluate/context.js';
import { DATASETS } from '../evaluate/datasets/index.js';
import { ablationTable, partsOf, type Ablated, type Part } from '../evaluate/ablation.js';
import type { Dataset, EvaluationReport, ReportTable, SharedOptions } from '../evaluate/dataset.js';
import { refuseWithoutUse } from '../evaluate/options-without-use.js';
import { renderReport } from '../evaluate/report.js';
import { renderCurves } from '../evaluate/svg.js';
import { collect } from '../setting-overrides.js';
import { share } from '../terminal/arguments.js';
import { CliError, UsageError } from '../terminal/exit.js';
import { interruptible } from '../terminal/interrupt.js';
import { printJson, printLine } from '../terminal/print.js';

type Options = SharedOptions & { readonly ablate?: true | readonly string[] } & Record<string, unknown>;

export function registerEvaluate(program: Command): void {
  const group = program
    .command('evaluate')
    .description('Play a recorded log in order of time, predict before learning, and report.')
    .argument('[dataset]')
    .usage('<dataset> [options]')
    .allowUnknownOption()
    .allowExcessArguments()
    .action((name: string | undefined) => {
      const names = DATASETS.map((dataset) => dataset.name).join(', ');
      throw new UsageError(
        name === undefined
          ? `name a data set: ${names}`
          : `there is no data set "${name}"; there are ${names}`,
      );
    });
  for (const dataset of DATASETS) {
    const command = withSharedOptions(group.command(dataset.name).description(dataset.summary));
    dataset.configure?.(command);
    hideWithoutUse(dataset, command);
    command
      .addHelpText('after', `\nExamples:\n${examplesOf(dataset).join('\n')}`)
      .action((options: Options) => {
        refuseWithoutUse(dataset, command, DATASETS);
        return interruptible((signal) => evaluate(dataset, options, signal));
      });
  }
}

/** The report is printed before it is drawn: what took hours must not be lost to a folder that is not there. */
export async function evaluate(dataset: Dataset, options: Options, signal: AbortSignal): Promise<void> {
  const parts = options.ablate
    ? partsOf(dataset.ablates ?? [], options.ablate === true ? [] : options.ablate)
    : [];
  const run = async (set: readonly string[]): Promise<EvaluationReport> => {
    const report = await dataset.run(
      evaluationContext({ ...options, set: [...options.set, ...set] }, signal),
    );
    if (signal.aborted) throw new CliError('interrupted');
    return report;
  };
  let report = await run([]);
  if (parts.length > 0)
    report = { ...report, tables: [await ablation(report, parts, run), ...report.tables] };
  if (options.json) printJson(report);
  else printLine(renderReport(report));
  if (options.plot !== undefined) await plot(options.plot, report);
}

/** What each part adds is said as soon as it is known: an interruption after hours loses no more than a run. */
async function ablation(
  whole: EvaluationReport,
  parts: readonly Part[],
  run: (set: readonly string[]) => Promise<EvaluationReport>,
): Promise<ReportTable> {
  const runs: Ablated[] = [];
  for (const part of parts) {
    process.stderr.write(`without ${part.name} (${runs.length + 1} of ${parts.length})\n`);
    const ablated = { part, headlines: (await run(part.set)).headlines ?? [] };
    runs.push(ablated);
    const { columns, rows } = ablationTable(whole, [ablated]);
    const figures = rows[1]!.slice(1).map((figure, i) => `${columns[i + 1]} ${figure}`);
    process.stderr.write(`${part.name}: ${figures.join(', ')}\n`);
  }
  return ablationTable(whole, runs);
}

async function plot(path: string, { dataset, curves }: EvaluationReport): Promise<void> {
  if (curves.length === 0) throw new UsageError(`${dataset} has no curves: leave --plot away`);
  await writeFile(path, renderCurves(curves));
}

function withSharedOptions(command: Command): Command {
  return command
    .option('--data-file <file>', 'the data set’s main file; others are looked for beside it')
    .option('--data-folder <folder>', 'folder of the data set; default: its folder in $REKAPPA_DATA')
    .option('--json', 'print as JSON', false)
    .option('--plot <svg>', 'write learning curves to this file')
    .option('--last <share>', 'share of the newest lists or samples reported by themselves', share, 0.2)
    .addOption(
      new Option(
        '--compare <a,b>',
        'paired bootstrap of two models of the report; repeatable; default: the served one and the best baseline',
      )
        .argParser(pair)
        .default([], 'none'),
    )
    .option(
      '--ablate [parts...]',
      'run again without each part, or without those named, and say what each adds; takes as long as so many runs',
    )
    .addOption(
      new Option('--set <path=value>', 'another value of a setting; repeatable')
        .argParser(collect)
        .default([], 'none'),
    );
}

/** Help offers what is of use, whatever options of its own the data set is asked with. */
function hideWithoutUse(dataset: Dataset, command: Command): void {
  const useless: readonly string[] = [
    ...(dataset.without?.({}) ?? []),
    ...(dataset.ablates ? [] : ['ablate']),
  ];
  for (const option of command.options) if (useless.includes(option.attributeName())) option.hideHelp();
}

function examplesOf({ name, examples }: Dataset): readonly string[] {
  return (
    examples ?? [
      `REKAPPA_DATA=~/data rekappa evaluate ${name} --plot curves.svg`,
      `rekappa evaluate ${name} --set ftrl.alpha=0.05 --json`,
    ]
  ).map((line) => `  ${line}`);
}

function pair(value: string, previous: readonly (readonly [string, string])[]): [string, string][] {
  const names = value.split(',').map((name) => name.trim());
  if (names.length !== 2 || names.some((name) => name === ''))
    throw new InvalidArgumentError('give two models of the report, such as "blend,item CTR".');
  return [...previous.map(([a, b]): [string, string] => [a, b]), [names[0]!, names[1]!]];
}
