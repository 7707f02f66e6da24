/** `rekappa status`: who runs, what they own, how far they are, and how well the model predicts. */
import type { Command } from 'commander';
import { errorMessage } from '#kernel';
import { dataOption } from '../connection.js';
import type { LearnerStatus } from '#model-feed';
import { renderReportTable } from '../evaluate/report.js';
import { positionTables } from '../evaluate/tables.js';
import type { HostStatus } from '../hosts-client.js';
import { withSession, type Session } from '../session.js';
import { CliError } from '../terminal/exit.js';
import { printJson, printLine } from '../terminal/print.js';
import { lossTable, rankingTable } from '../terminal/losses.js';
import { renderTable } from '../terminal/table.js';

/** Slots of a list in the table for a person; `--json` has all. */
const SLOTS_SHOWN = 10;

interface Status {
  readonly log: { head: number; feedbackHead: number; partitions: number; dead: number };
  readonly hosts: readonly HostStatus[];
  readonly unowned: readonly number[];
  readonly learner: LearnerStatus | { error: string };
}

export function registerStatus(program: Command): void {
  program
    .command('status')
    .description(
      'Hosts, partitions, positions and lag; the learner, its model and its losses. Exit code 1 when something is missing.',
    )
    .option('--json', 'print as JSON', false)
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  rekappa status\n  rekappa status --json --data /var/lib/rekappa')
    .action(async (options: { json: boolean; data: string }) => {
      const status = await withSession(options.data, gather);
      if (options.json) printJson(status);
      else print(status);
      if (status.unowned.length > 0)
        throw new CliError(
          `nobody owns ${status.unowned.length} of ${status.log.partitions} partitions: is an actor host running?`,
        );
      if ('error' in status.learner) throw new CliError(status.learner.error);
    });
}

async function gather({ topology, hosts: all, learner: live }: Session): Promise<Status> {
  const [head, feedbackHead, dead, hosts, learner] = await Promise.all([
    topology.log.head(),
    topology.feedback.head(),
    topology.dead.count(),
    all.status(),
    live.status().catch((error: unknown) => ({ error: errorMessage(error) })),
  ]);
  const owned = new Set(hosts.flatMap((host) => host.partitions.map((p) => p.partition)));
  const unowned = Array.from({ length: topology.partitions }, (_, p) => p).filter((p) => !owned.has(p));
  return { log: { head, feedbackHead, partitions: topology.partitions, dead }, hosts, unowned, learner };
}

function print({ log, hosts, learner }: Status): void {
  printLine(
    `log at ${log.head.toLocaleString('en')}, feedback at ${log.feedbackHead.toLocaleString('en')}, ${log.partitions} partitions, ${log.dead} dead\n`,
  );
  const rows = hosts.flatMap((host) =>
    host.partitions.map(
      (p) => [p.partition, host.hostId, p.epoch, p.position, p.lagEvents, p.users] as const,
    ),
  );
  printLine(
    renderTable(
      ['partition', 'host', 'epoch', 'position', 'lag', 'users'],
      [...rows].sort((a, b) => a[0] - b[0]),
    ),
  );
  printLine();
  if ('error' in learner) return printLine(`learner: ${learner.error}`);
  printLine(
    `model ${learner.version}: ${learner.samples.toLocaleString('en')} samples, feedback ${learner.sequence.toLocaleString('en')} of ${log.feedbackHead.toLocaleString('en')}`,
  );
  printLine(lossTable(learner.metrics));
  printLine(`\n${rankingTable(learner.ranking, learner.shown)}`);
  for (const table of positionTables(learner.positions.slice(0, SLOTS_SHOWN)))
    printLine(`\n${renderReportTable(table)}`);
}
