/** `rekappa export`: LOG as NDJSON, for `rekappa import events`, for a person who asks for what is stored of them, and for other tools. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { EVENT_KINDS, type LogEvent } from '#events';
import { describeRanges } from '#log';
import { dataOption } from '../connection.js';
import { LogExport } from '../export/log-export.js';
import { audit } from '../operator.js';
import { lastSequence, parseUntil, type Until } from '../replay/until.js';
import { withSession, type Session } from '../session.js';
import { positiveInteger } from '../terminal/arguments.js';
import { CliError, UsageError } from '../terminal/exit.js';
import { interruptible } from '../terminal/interrupt.js';
import { printJson, printLine } from '../terminal/print.js';
import { Progress } from '../terminal/progress.js';
import { writeLines } from '../terminal/write-lines.js';

interface ExportCommandOptions {
  readonly data: string;
  readonly from?: number;
  readonly since?: number;
  readonly to?: Until;
  readonly kind?: LogEvent['kind'][];
  readonly user?: string;
  readonly keepSealed: boolean;
  readonly out?: string;
  readonly json: boolean;
}

export function registerExport(program: Command): void {
  program
    .command('export')
    .description(
      'Write LOG as NDJSON: one event a line, with its sequence and the time it was stored. `rekappa import events` reads it again. Exit code 1 when something of it is missing or damaged.',
    )
    .addOption(
      new Option('--from <sequence>', 'begin at this sequence of LOG; default: the first')
        .argParser(positiveInteger)
        .conflicts('since'),
    )
    .option('--since <time>', 'begin with what was stored at this time (ISO 8601)', time)
    .option(
      '--to <sequence|time>',
      'end with this sequence, or at this time (ISO 8601); default: where LOG ends now',
      parseUntil,
    )
    .addOption(new Option('--kind <kinds...>', 'only events of these kinds').choices(EVENT_KINDS))
    .addOption(
      new Option(
        '--user <id>',
        'only events of this user; visitors merged into them are users of their own',
      ).conflicts('keepSealed'),
    )
    .option('--keep-sealed', 'leave sealed events sealed: what is exported goes with its user’s key', false)
    .option('--out <file>', 'write a new file, packed when it ends in .gz; default: stdout')
    .option('--json', 'print the summary as JSON; needs --out', false)
    .addOption(dataOption())
    .addHelpText(
      'after',
      '\nExamples:\n  rekappa export --out log.ndjson.gz\n  rekappa export --user ada --kind interaction impression\n' +
        '  rekappa export --since 2026-01-31T12:00:00Z --to 2026-02-01T12:00:00Z | jq .event.kind',
    )
    .action((options: ExportCommandOptions) => interruptible((signal) => exportLog(options, signal)));
}

async function exportLog(options: ExportCommandOptions, signal: AbortSignal): Promise<void> {
  if (options.json && options.out === undefined)
    throw new UsageError('--json prints a summary, and stdout has the events: name a file with --out');
  const done = await withSession(options.data, (session) => write(session, options, signal));
  summarise(done, options);
  if (signal.aborted)
    throw new CliError(
      `interrupted: everything through ${done.through} is written; go on with --from ${done.through + 1}`,
    );
  const lost = [
    ...(done.missing.length > 0 ? [`LOG lacks ${describeRanges(done.missing)}`] : []),
    ...(done.damaged.length > 0 ? [`LOG is damaged at ${describeRanges(done.damaged)}`] : []),
  ];
  if (lost.length > 0) throw new CliError(`${lost.join('; ')}: the rest is written`);
}

async function write(
  { topology, keys }: Session,
  options: ExportCommandOptions,
  signal: AbortSignal,
): Promise<LogExport> {
  const { from = 1, since, to, kind, user, keepSealed, out } = options;
  const last = await lastSequence(topology.log, to);
  // Whose events they are is as personal here as in the gateway's entries.
  await audit(topology, 'log.export', user === undefined ? 'all' : (keys?.referenceOf(user) ?? user));
  const shown = out !== undefined || !process.stdout.isTTY;
  const total = Math.max(0, last - from + 1);
  const progress = shown ? new Progress({ label: 'export', total, unit: 'events' }) : undefined;
  const log = new LogExport(topology, {
    from,
    last,
    since,
    before: to && 'at' in to ? to.at : undefined,
    kinds: kind,
    user,
    keepSealed,
    keys,
    signal,
    progress: (sequence, events) => progress?.update(sequence - from + 1, events),
  });
  try {
    await writeLines(log.lines(), out);
  } finally {
    progress?.stop(Math.max(0, log.through - from + 1), log.events);
  }
  return log;
}

/** On stdout only where the events are not. */
function summarise(
  { events, through, sealed, refused, reasons, missing, damaged }: LogExport,
  { from = 1, out, json }: ExportCommandOptions,
): void {
  if (json) return printJson({ events, from, through, sealed, refused, reasons, missing, damaged });
  const say = out === undefined ? (line: string) => void process.stderr.write(`${line}\n`) : printLine;
  say(`${events.toLocaleString('en')} events of LOG ${from} to ${through}`);
  if (sealed > 0) say(`  ${sealed.toLocaleString('en')} of them are sealed`);
  if (refused > 0)
    say(
      `  left out: ${refused.toLocaleString('en')} entries that readers of LOG refuse (\`rekappa dead list\`)`,
    );
  for (const { sequence, index, reason } of reasons) say(`    ${sequence}/${index}: ${reason}`);
}

function time(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError('give a time such as 2026-01-31T12:00:00Z.');
  return at;
}
