/** `rekappa evaluate`: how well the live system's fold, features and learner rank a recorded log. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { loadSettings, type Settings } from '#config';
import { modelSettingsOf } from '#learning';
import { Prequential } from '../evaluate/prequential.js';
import { renderSection, sectionsOf, type Published } from '../evaluate/report.js';
import { collect, overridesAsEnvironment } from '../setting-overrides.js';
import { openMetarank } from '../sources/metarank-source.js';
import { CliError, UsageError } from '../terminal/exit.js';
import { interruptible } from '../terminal/interrupt.js';
import { printJson, printLine } from '../terminal/print.js';
import { Progress } from '../terminal/progress.js';

/** RankLens clicks come 5 s after their list: 10 s of event time tell clicked from unclicked. */
const RANKLENS_ATTRIBUTION_SECONDS = 10;
/** On the whole RankLens file (its first 80 % are in the data folder). */
const RANKLENS_PUBLISHED: readonly Published[] = [
  { name: 'LambdaMART (Metarank, published; whole file)', ndcg: 0.598 },
];

interface EvaluateOptions {
  dataFile?: string;
  json: boolean;
  attributionSeconds: number;
  last: number;
  set: string[];
}

export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('Rank recorded lists with what was known before each, learn from them, and report.')
    .command('ranklens')
    .description('RankLens: crowd-sourced film choices, 24 films a list, in Metarank’s event format.')
    .option('--data-file <file>', 'events.jsonl(.gz); default: $REKAPPA_DATA/ranklens/events.jsonl.gz')
    .option('--json', 'print as JSON', false)
    .option(
      '--attribution-seconds <s>',
      'a click counts for its list up to this much later, s of event time',
      positive,
      RANKLENS_ATTRIBUTION_SECONDS,
    )
    .option('--last <share>', 'share of the newest clicked lists reported by themselves', share, 0.2)
    .addOption(
      new Option('--set <path=value>', 'another value of a setting; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .addHelpText(
      'after',
      '\nExample:\n  REKAPPA_DATA=~/data rekappa evaluate ranklens\n  rekappa evaluate ranklens --data-file events.jsonl.gz --set ftrl.alpha=0.05 --json',
    )
    .action((options: EvaluateOptions) => interruptible((signal) => evaluateRanklens(options, signal)));
}

async function evaluateRanklens(options: EvaluateOptions, signal: AbortSignal): Promise<void> {
  const source = await openMetarank(await ranklensFile(options.dataFile));
  const settings = loadSettings({
    ...overridesAsEnvironment([`interest.attributionSeconds=${options.attributionSeconds}`, ...options.set]),
  });
  const prequential = new Prequential({ ...rehearsalOf(settings), popularityAttribute: 'popularity' });
  const progress = new Progress({ label: 'evaluate', total: source.bytesTotal, unit: 'events' });
  let refused = 0;
  for await (const entry of source.entries()) {
    if (signal.aborted) throw new CliError('interrupted');
    if (!('event' in entry)) refused++;
    else if (entry.event.kind !== 'tick') prequential.play(entry.event);
    progress.update(source.bytesRead(), prequential.events);
  }
  progress.stop(source.bytesRead(), prequential.events);
  if (prequential.report.clicked().length === 0)
    throw new CliError('the file has no list with a click: nothing to evaluate');
  print(prequential, options, refused);
}

function print(prequential: Prequential, options: EvaluateOptions, refused: number): void {
  const sections = sectionsOf(prequential, options.last);
  const { events, report, rehearsal } = prequential;
  const input = {
    events,
    refused,
    lists: report.listCount,
    samples: rehearsal.model.samples,
    attributionSeconds: options.attributionSeconds,
  };
  if (options.json)
    return printJson({
      input,
      sections,
      progressive: rehearsal.model.report(),
      published: RANKLENS_PUBLISHED,
    });
  printLine(
    `${events.toLocaleString('en')} events, ${report.listCount.toLocaleString('en')} lists, ${rehearsal.model.samples.toLocaleString('en')} samples learnt${refused > 0 ? `, ${refused} lines refused` : ''}\n`,
  );
  sections.forEach((section, i) =>
    printLine(`${renderSection(section, i === 1 ? RANKLENS_PUBLISHED : [])}\n`),
  );
}

function rehearsalOf(settings: Settings): ConstructorParameters<typeof Prequential>[0] {
  return {
    partitions: settings.log.partitions,
    fold: { ...settings.interest, futureSkewSeconds: settings.log.futureSkewSeconds },
    model: modelSettingsOf(settings),
    tickMs: settings.actors.tickMs,
  };
}

/** @throws UsageError when it is not there */
async function ranklensFile(given: string | undefined): Promise<string> {
  const data = process.env.REKAPPA_DATA;
  const path = given ?? (data && join(data, 'ranklens', 'events.jsonl.gz'));
  if (!path)
    throw new UsageError('set REKAPPA_DATA to the folder of data sets, or name the file with --data-file');
  await access(path).catch(() => {
    throw new UsageError(
      `${path} does not exist: set REKAPPA_DATA to the folder of data sets, or name the file with --data-file`,
    );
  });
  return path;
}

function positive(value: string): number {
  const parsed = Number(value);
  if (!(parsed > 0)) throw new InvalidArgumentError('give a number above 0.');
  return parsed;
}

function share(value: string): number {
  const parsed = Number(value);
  if (!(parsed > 0 && parsed <= 1)) throw new InvalidArgumentError('give a share above 0, up to 1.');
  return parsed;
}
