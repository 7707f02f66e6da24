/** The command line: one file a command under commands/, mounted here. */
import { Command } from 'commander';
import { VERSION } from './own-package.js';

type Register = (program: Command) => void;

/**
 * In the order of `--help`. Loaded only when they are called: reading all that any of them needs takes seconds, most of what a
 * command like `rekappa status` would take.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  up: async () => (await import('./up/up.command.js')).registerUp,
  import: async () => (await import('./commands/import.js')).registerImport,
  export: async () => (await import('./commands/export.js')).registerExport,
  evaluate: async () => (await import('./commands/evaluate.js')).registerEvaluate,
  replay: async () => (await import('./commands/replay.js')).registerReplay,
  tune: async () => (await import('./commands/tune.js')).registerTune,
  whatif: async () => (await import('./commands/whatif.js')).registerWhatIf,
  experiments: async () => (await import('./commands/experiments.js')).registerExperiments,
  simulate: async () => (await import('./commands/simulate.js')).registerSimulate,
  key: async () => (await import('./commands/key.js')).registerKey,
  erase: async () => (await import('./commands/erase.js')).registerErase,
  keys: async () => (await import('./commands/user-keys.js')).registerUserKeys,
  'nats-users': async () => (await import('./commands/nats-users.js')).registerNatsUsers,
  audit: async () => (await import('./commands/audit.js')).registerAudit,
  status: async () => (await import('./commands/status.js')).registerStatus,
  verify: async () => (await import('./commands/verify.js')).registerVerify,
  dead: async () => (await import('./commands/dead.js')).registerDead,
  doctor: async () => (await import('./commands/doctor.js')).registerDoctor,
};

/** @param name the command that is called, when it is known: then no other is mounted */
export async function buildProgram(name?: string): Promise<Command> {
  const program = new Command('rekappa')
    .description('Rekappa: recommendations that learn from every click.')
    .version(VERSION)
    .showHelpAfterError('(add --help for what this command takes)')
    .exitOverride();
  const known = name !== undefined && Object.hasOwn(COMMANDS, name);
  const asksVersion = name === '--version' || name === '-V';
  const loads = known ? [COMMANDS[name]!] : asksVersion ? [] : Object.values(COMMANDS);
  for (const load of loads) (await load())(program);
  overrideExits(program);
  return program;
}

/** Wrong calls throw instead of exiting, so that one place decides the exit code. */
function overrideExits(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride().showHelpAfterError('(add --help for what this command takes)');
    overrideExits(child);
  }
}
