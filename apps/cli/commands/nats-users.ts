/** `rekappa nats-users`: the users of a NATS server that serves Rekappa, each with what it needs and no more. */
import { Option, type Command } from 'commander';
import { natsUsersConfiguration } from '#log';
import { printLine } from '../terminal/print.js';

export function registerNatsUsers(program: Command): void {
  program
    .command('nats-users')
    .description('Print the users and permissions for a NATS server, to be included in its configuration.')
    .addOption(
      new Option('--namespace <name...>', 'the namespaces that share the server').default(['default']),
    )
    .addHelpText(
      'after',
      '\nExample:\n  rekappa nats-users --namespace default acme > users.conf\n\nThe server reads the passwords from NATS_PASSWORD_GATEWAY, NATS_PASSWORD_ACME_GATEWAY and so on.',
    )
    .action(({ namespace }: { namespace: string[] }) =>
      printLine(natsUsersConfiguration(namespace).trimEnd()),
    );
}
