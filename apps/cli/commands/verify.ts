/** `rekappa verify`: walks the whole log and names what is damaged or lost, by exact sequences. */
import type { Command } from 'commander';
import { errorMessage } from '#kernel';
import { countIn, describeRanges } from '#log';
import { openStore } from '#store';
import { dataOption } from '../connection.js';
import { withSession, type Session } from '../session.js';
import { CliError } from '../terminal/exit.js';
import { interruptible } from '../terminal/interrupt.js';
import { printJson, printLine } from '../terminal/print.js';
import { Progress } from '../terminal/progress.js';
import { renderTable } from '../terminal/table.js';
import { auditStream, type StreamAudit } from '../verify/audit.js';
import { examineLogMessage, FeedbackExaminer } from '../verify/examine.js';
import { lostTails, type Witness } from '../verify/tails.js';

interface Verification {
  readonly streams: readonly StreamAudit[];
  /** What was stored elsewhere beyond a stream's head: that tail is lost. */
  readonly lostTails: readonly string[];
  readonly notes: readonly string[];
  readonly sound: boolean;
}

export function registerVerify(program: Command): void {
  program
    .command('verify')
    .description(
      'Walk LOG and FEEDBACK from their first message: checksums, gaps, doubled records, lost tails. Exit code 1 when anything is damaged.',
    )
    .option('--json', 'print as JSON', false)
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  rekappa verify\n  rekappa verify --json | jq .streams[].missing')
    .action((options: { json: boolean; data: string }) =>
      interruptible(async (signal) => {
        const verification = await withSession(options.data, (session) => verify(session, signal));
        if (options.json) printJson(verification);
        else print(verification);
        if (!verification.sound) throw new CliError('the log is damaged: see above');
      }),
    );
}

async function verify(session: Session, signal: AbortSignal): Promise<Verification> {
  const { log, feedback, partitions } = session.topology;
  const { witnesses, notes } = await witnessesIn(session);
  const records = new FeedbackExaminer();
  const streams = [
    await auditStream(log, {
      examine: (message) => examineLogMessage(message, partitions),
      ...(await progressOf(log)),
      signal,
    }),
    await auditStream(feedback, {
      examine: (message) => records.examine(message),
      ...(await progressOf(feedback)),
      signal,
    }),
  ];
  const tails = lostTails(streams, witnesses);
  const sound =
    tails.length === 0 &&
    streams.every(({ missing, damaged }) => missing.length === 0 && damaged.length === 0);
  return { streams, lostTails: tails, notes, sound };
}

async function progressOf(log: Session['topology']['log']) {
  const bar = new Progress({ label: log.name, total: await log.head(), unit: 'messages' });
  return {
    progress: (sequence: number, messages: number) => bar.update(sequence, messages),
    done: (sequence: number, messages: number) => bar.stop(sequence, messages),
  };
}

/** Who else knows how long the streams were: checkpoints and snapshots. Without Postgres, nobody. */
async function witnessesIn({
  settings,
  topology,
}: Session): Promise<{ witnesses: Witness[]; notes: string[] }> {
  try {
    const store = await openStore(settings.databaseUrl, {
      namespace: settings.namespace,
      connectAttempts: 1,
    });
    try {
      const checkpoints = await store.checkpoints.sequences();
      const snapshots = await store.snapshots.list(settings.model.name);
      return {
        witnesses: [
          ...[...checkpoints].map(([partition, sequence]) => ({
            stream: topology.log.name,
            sequence,
            who: `the checkpoint of partition ${partition}`,
          })),
          ...snapshots.map(({ version, sequence }) => ({
            stream: topology.feedback.name,
            sequence,
            who: `a snapshot of model ${version}`,
          })),
        ],
        notes: [],
      };
    } finally {
      await store.close();
    }
  } catch (error) {
    return {
      witnesses: [],
      notes: [`lost tails were not looked for, because Postgres cannot be asked: ${errorMessage(error)}`],
    };
  }
}

function print({ streams, lostTails: tails, notes, sound }: Verification): void {
  const rows = streams.map((audit) => [
    audit.stream,
    audit.messages.toLocaleString('en'),
    `${(audit.bytes / 1_000_000).toFixed(1)} MB`,
    countIn(audit.missing).toLocaleString('en'),
    countIn(audit.damaged).toLocaleString('en'),
    audit.refused.toLocaleString('en'),
  ]);
  printLine(renderTable(['stream', 'messages', 'size', 'missing', 'damaged', 'refused'], rows));
  for (const { stream, missing, damaged, reasons } of streams) {
    if (missing.length > 0) printLine(`${stream} lacks ${describeRanges(missing)}`);
    if (damaged.length > 0) printLine(`${stream} is damaged at ${describeRanges(damaged)}`);
    for (const reason of reasons) printLine(`  ${reason}`);
  }
  for (const line of [...tails, ...notes]) printLine(line);
  if (sound) printLine('sound: every message is there and matches its checksum');
}
