/** `rekappa tune`: better settings for the model, found on the early part of a log and judged on the later one. */
import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { VARIABLES } from '#config';
import { dataOption } from '../connection.js';
import { evaluationContext } from '../evaluate/context.js';
import { collect, MODEL_SECTIONS, onlyOf } from '../setting-overrides.js';
import { positiveInteger, share } from '../terminal/arguments.js';
import { CliError, UsageError } from '../terminal/exit.js';
import { interruptible } from '../terminal/interrupt.js';
import { printJson, printLine } from '../terminal/print.js';
import { Progress } from '../terminal/progress.js';
import { MEASURES, OBJECTIVES, objectiveNamed } from '../tune/objective.js';
import { environmentLines, renderTuning } from '../tune/report.js';
import { DEFAULT_SPACE, parseParameter, parseSpace, type Parameter } from '../tune/search-space.js';
import { TAPED, tapeDataset, tapeLive, type Taped } from '../tune/tape-sources.js';
import { tune } from '../tune/tune.js';

interface Options {
  data: string;
  dataFile?: string;
  dataFolder?: string;
  space?: string;
  param: string[];
  set: string[];
  objective: string;
  budget: number;
  particles: number;
  seed: number;
  last: number;
  memoryMb: number;
  samplesMax: number;
  json: boolean;
}

export function registerTune(program: Command): void {
  program
    .command('tune')
    .description('Search settings of the model by replay, and judge what is found on later events.')
    .argument('<log>', `what to learn from: ${TAPED.join(', ')}`)
    .addOption(dataOption())
    .option('--data-file <file>', 'file of the data set; default: below $REKAPPA_DATA')
    .option('--data-folder <folder>', 'folder of the data set')
    .option('--space <file>', 'JSON file of settings and ranges: {"ftrl.alpha": [0.01, 1, "log"]}')
    .option(
      '--param <path=low:high:scale>',
      'one setting and its range; log, linear or int; repeatable',
      collect,
      [],
    )
    .addOption(
      new Option('--set <path=value>', 'another value of a setting that is not searched; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--objective <name>', `what is judged: ${OBJECTIVES.join(', ')}`, 'log-loss')
    .option('--budget <n>', 'trials of each search', positiveInteger, 32)
    .option('--particles <n>', 'particles of the swarm', positiveInteger, 8)
    .option('--seed <n>', 'of all chance', positiveInteger, 1)
    .option('--last <share>', 'share of the newest lists that only judge', share, 0.3)
    .option('--memory-mb <n>', 'memory for models that share a pass', positiveInteger, 2_048)
    .option(
      '--samples-max <n>',
      'outcomes held in memory; the log is read up to there',
      positiveInteger,
      1_000_000,
    )
    .option('--json', 'print as JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  REKAPPA_DATA=~/data rekappa tune ranklens --objective ndcg --budget 24\n' +
        '  rekappa tune live --param ftrl.alpha=0.01:1:log --param fm.alpha=0.01:0.5:log',
    )
    .action((log: string, options: Options) => interruptible((signal) => run(log, options, signal)));
}

async function run(log: string, options: Options, signal: AbortSignal): Promise<void> {
  const objective = objectiveNamed(options.objective);
  if (!TAPED.includes(log))
    throw new UsageError(`there is no log "${log}" to tune on; there are ${TAPED.join(', ')}`);
  const space = await spaceOf(options);
  const taped = await tapeOf(log, options, signal);
  checkSpace(space, taped);
  if (taped.tape.lists().length < 10)
    throw new CliError('the log has hardly a list whose outcomes are known');
  let bar: Progress | undefined;
  let [position, end] = [0, 0];
  const result = await tune(taped, {
    ...options,
    space,
    objective,
    memoryBytes: options.memoryMb * 2 ** 20,
    signal,
    progress: (done, total) => {
      bar ??= new Progress({ label: 'tune', total, unit: 'lists' });
      [position, end] = [done, total];
      bar.update(done);
    },
  });
  bar?.stop(Math.min(position, end));
  if (result.contenders.length === 1) throw new CliError('interrupted before the first trials were complete');
  if (options.json)
    return printJson({
      log,
      objective,
      measure: MEASURES[objective].title,
      space,
      ...result,
      environment: environmentLines(result),
    });
  printLine(renderTuning(result, objective));
}

async function spaceOf({ space, param }: Options): Promise<Parameter[]> {
  const given = [...(space ? parseSpace(await readFile(space, 'utf8')) : []), ...param.map(parseParameter)];
  const chosen = given.length > 0 ? given : [...DEFAULT_SPACE];
  for (const { name } of chosen) {
    if (!VARIABLES.some(({ path }) => path.join('.') === name))
      throw new UsageError(`there is no setting "${name}" to search`);
  }
  onlyOf(
    MODEL_SECTIONS,
    chosen.map(({ name }) => name),
    'every trial learns the same samples',
  );
  return chosen;
}

async function tapeOf(log: string, options: Options, signal: AbortSignal): Promise<Taped> {
  const context = evaluationContext({ ...options, compare: [] }, signal);
  if (log === 'live') onlyOf(MODEL_SECTIONS, options.set, 'samples are those of the log');
  return log === 'live'
    ? tapeLive(options.data, options.set, context, options.samplesMax)
    : tapeDataset(log, context, options.samplesMax);
}

/** Both ends of every range must be values that the setting can have. */
function checkSpace(space: readonly Parameter[], { settingsWith }: Taped): void {
  for (const { name, low, high } of space) for (const end of [low, high]) settingsWith([`${name}=${end}`]);
}
