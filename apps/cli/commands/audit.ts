/** `rekappa audit`: who did what, and whether the trail is as it was written. */
import type { Command } from 'commander';
import { systemClock } from '#kernel';
import { AuditTrail } from '#log';
import { dataOption } from '../connection.js';
import { withSession } from '../session.js';
import { positiveInteger } from '../terminal/arguments.js';
import { CliError } from '../terminal/exit.js';
import { printJson, printLine } from '../terminal/print.js';
import { renderTable } from '../terminal/table.js';

interface AuditOptions {
  readonly json: boolean;
  readonly data: string;
  readonly limit: number;
  readonly expect?: string;
}

export function registerAudit(program: Command): void {
  program
    .command('audit')
    .description('Who did what to the deployment; walks the chain of hashes. Exit code 1 when it is broken.')
    .option('--limit <n>', 'newest entries to show', positiveInteger, 20)
    .option('--expect <hash>', 'a newest hash noted earlier: it must still be in the trail')
    .option('--json', 'print as JSON', false)
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  rekappa audit\n  rekappa audit --expect 9f86d081884c7d65…')
    .action(async (options: AuditOptions) => {
      const walk = await withSession(options.data, ({ topology }) =>
        new AuditTrail(topology.audit, systemClock).walk(),
      );
      if (options.json) printJson(walk);
      else {
        const rows = walk.entries
          .slice(-options.limit)
          .map(({ sequence, at, actor, action, target, details }) => [
            `${sequence}`,
            at,
            actor,
            action,
            target,
            details,
          ]);
        printLine(renderTable(['', 'when', 'who', 'did', 'to', ''], rows));
        printLine(`newest hash: ${walk.head}`);
      }
      if (walk.broken.length > 0)
        throw new CliError(`the trail was altered: entries ${walk.broken.join(', ')} do not fit the chain`);
      if (options.expect && !walk.entries.some(({ hash }) => hash === options.expect))
        throw new CliError('the expected hash is not in the trail: its end was cut off, or it was rewritten');
    });
}
