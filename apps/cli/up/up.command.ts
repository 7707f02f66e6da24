/** `rekappa up`: its flags. */
import { InvalidArgumentError, type Command } from 'commander';
import { DATA_FOLDER } from '../connection.js';
import { DEFAULT_PORT } from './gateway-port.js';

const PORT_MAX = 65_535;
const HOSTS_MAX = 64;

interface UpFlags {
  data: string;
  port?: number;
  demo: boolean;
  hosts: number;
}

export function registerUp(program: Command): void {
  program
    .command('up')
    .description(
      'Start everything on this machine: servers, gateway, actor hosts, learner and a demo audience.',
    )
    .option('--data <folder>', 'where everything is kept; a later start goes on from there', DATA_FOLDER)
    .option(
      '--port <n>',
      `port of the gateway; default: PORT, else ${DEFAULT_PORT} or the next free one`,
      integer(1, PORT_MAX),
      portOfEnvironment(),
    )
    .option('--hosts <n>', 'actor hosts, which share the users', integer(1, HOSTS_MAX), 1)
    .option('--no-demo', 'no demo catalogue, no demo audience')
    .addHelpText(
      'after',
      '\nNATS_URL, DATABASE_URL and REDIS_URL each name a server to use instead of an embedded one.' +
        '\n\nExamples:\n  npm start\n  npm start -- --no-demo --data /srv/rekappa --port 9000',
    )
    .action(async (flags: UpFlags) => {
      const { runUp } = await import('./run-up.js'); // the other commands need none of it
      await runUp(flags);
    });
}

function portOfEnvironment(): number | undefined {
  const port = process.env['PORT'];
  return port ? Number(port) : undefined; // a wrong one is named by the settings' own check
}

function integer(min: number, max: number): (value: string) => number {
  return (value) => {
    const parsed = Number(value);
    if (!Number.isInteger(parsed) || parsed < min || parsed > max)
      throw new InvalidArgumentError(`give a whole number from ${min} to ${max}.`);
    return parsed;
  };
}
