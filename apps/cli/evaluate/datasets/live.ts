/** The log of the running deployment itself: what it showed, and what was clicked. Reads LOG; needs NATS only. */
import { SealedReader } from '#privacy';
import type { LogEvent } from '#events';
import { Option } from 'commander';
import { dataOption } from '../../connection.js';
import { lastSequence, parseUntil, readUntil, type Until } from '../../replay/until.js';
import { withSession, type Session } from '../../session.js';
import { withOverrides } from '../../setting-overrides.js';
import { positiveNumber } from '../../terminal/arguments.js';
import { CliError } from '../../terminal/exit.js';
import { reportOf } from '../click-log.js';
import { checkCompared } from '../comparisons.js';
import { rehearsalOf } from '../context.js';
import type { Dataset, EvaluationContext, EvaluationReport } from '../dataset.js';
import { Prequential } from '../prequential.js';

const RECENT_SECONDS = 3_600;

export const live: Dataset = {
  name: 'live',
  summary: 'The log of the running deployment: the lists it showed, and what was clicked.',
  examples: [
    'rekappa evaluate live --plot curves.svg',
    'rekappa evaluate live --set ftrl.alpha=0.05 --compare "blend,recent popularity" --json',
  ],
  without: () => ['dataFile', 'dataFolder'],
  configure(command) {
    command
      .addOption(
        new Option(
          '--until <sequence|time>',
          'stop after this sequence of LOG, or at this time (ISO 8601)',
        ).argParser(parseUntil),
      )
      .option('--recent-seconds <s>', 'window of recent popularity, s', positiveNumber, RECENT_SECONDS)
      .addOption(dataOption());
  },
  run: (context) => withSession(String(context.options.data), (session) => evaluateLog(session, context)),
};

async function evaluateLog(session: Session, context: EvaluationContext): Promise<EvaluationReport> {
  const settings = withOverrides(session.settings, context.options.set);
  const { log, partitions } = session.topology;
  const prequential = new Prequential({
    ...rehearsalOf(settings),
    partitions,
    recentSeconds: Number(context.options.recentSeconds),
  });
  checkCompared(context.options, prequential.lists, prequential.points);
  const until = context.options.until as Until | undefined;
  const last = await lastSequence(log, until);
  const progress = context.progress('evaluate', last, 'events');
  const aheadMs = settings.log.futureSkewSeconds * 1_000;
  const sealed = new SealedReader(session.keys, partitions);
  let served = 0;
  let sequence = 0;
  try {
    for await (const batch of readUntil(log, last, until, context.signal)) {
      const decoded = batch.map((message) => ({
        sequence: message.sequence,
        ...prequential.rehearsal.log.decode(message),
      }));
      const opened = await sealed.open(decoded);
      for (const [at, message] of batch.entries()) {
        const around = (event: LogEvent, fold: () => void): void => {
          if (event.kind === 'served') served++;
          prequential.around(clipped(event, message.appendedAt + aheadMs), fold);
        };
        prequential.rehearsal.play(message, around, opened[at]);
        sequence = message.sequence;
      }
      progress.update(sequence, prequential.events);
    }
  } finally {
    progress.stop(sequence, prequential.events);
  }
  if (context.signal.aborted) throw new CliError('interrupted');
  return reportOf('live', prequential, context.options, {
    input: { namespace: settings.namespace, sequence, events: prequential.events, served },
  });
}

/** A client's clock may run ahead; the fold clips such times too. */
function clipped<T extends LogEvent>(event: T, latest: number): T {
  return event.timestamp <= latest ? event : { ...event, timestamp: latest };
}
