import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { buildProgram } from './program.js';
import { explain } from './terminal/exit.js';

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

const whole = await buildProgram();

describe('the command line', () => {
  it('mounts the command that is called, under its own name, and no other', async () => {
    const names = whole.commands.map((command) => command.name());
    expect(names.length).toBeGreaterThan(10);
    for (const name of names)
      expect((await buildProgram(name)).commands.map((command) => command.name())).toEqual([name]);
  });

  it('tells its version', async () => {
    let text = '';
    const program = (await buildProgram('--version')).configureOutput({ writeOut: (part) => (text += part) });
    const ended = await program.parseAsync(['--version'], { from: 'user' }).catch((error: unknown) => error);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect([text, explain(ended, () => undefined)]).toEqual([`${version}\n`, 0]);
  });

  it.each(leaves(whole).map((command) => [command.name(), command] as const))(
    '%s says what it does, with an example',
    (_, command) => {
      const help = helpOf(command);
      expect(command.description()).not.toBe('');
      expect(help).toMatch(/Examples?:\n {2}(rekappa|npm|REKAPPA)/);
      for (const option of command.options) expect(option.description).not.toBe('');
    },
  );

  it.each([
    ['an unknown command', ['fly']],
    ['an unknown option', ['status', '--colour']],
    ['a missing argument', ['import', 'movielens']],
    ['a value out of range', ['evaluate', 'ranklens', '--last', '2']],
    ['an unknown data set', ['evaluate', 'nosuch', '--json']],
    ['an export that begins in two ways', ['export', '--from', '7', '--since', '2026-01-31']],
    ['an export that ends nowhere', ['export', '--to', 'yesterday']],
    ['an export of what is no kind', ['export', '--kind', 'nonsense']],
    ['an export whose summary has no place', ['export', '--json']],
    ['no data set', ['evaluate']],
    ['a data set that is not there', ['evaluate', 'ranklens', '--data-folder', 'nowhere']],
    ['a limit that is no number', ['dead', 'list', '--limit', 'abc']],
    ['a limit of nothing', ['audit', '--limit', '0']],
    ['a pair of one model', ['evaluate', 'ranklens', '--compare', 'blend']],
    ['an unknown setting', ['evaluate', 'ranklens', '--data-file', 'package.json', '--set', 'ftrl.alhpa=1']],
  ])('%s is a wrong call: exit code 2', async (_, args) => {
    const program = await buildProgram(args[0]);
    const quiet = (command: Command): void => {
      command.configureOutput({ writeErr: () => undefined });
      command.commands.forEach(quiet);
    };
    quiet(program);
    const failure = await program.parseAsync(args, { from: 'user' }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(explain(failure, () => undefined)).toBe(2);
  });
});
