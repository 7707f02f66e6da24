/** The command line: one file a command under commands/, mounted here. */
import { Command } from 'commander';
import { registerAudit } from './commands/audit.js';
import { registerDead } from './commands/dead.js';
import { registerDoctor } from './commands/doctor.js';
import { registerEvaluate } from './commands/evaluate.js';
import { registerExperiments } from './commands/experiments.js';
import { registerImport } from './commands/import.js';
import { registerKey } from './commands/key.js';
import { registerNatsUsers } from './commands/nats-users.js';
import { registerReplay } from './commands/replay.js';
import { registerSimulate } from './commands/simulate.js';
import { registerStatus } from './commands/status.js';
import { registerVerify } from './commands/verify.js';
import { registerTune } from './commands/tune.js';
import { registerUserKeys } from './commands/user-keys.js';
import { registerWhatIf } from './commands/whatif.js';
import { registerUp } from './up/up.command.js';

export function buildProgram(): Command {
  const program = new Command('rekappa')
    .description('Rekappa: recommendations that learn from every click.')
    .showHelpAfterError('(add --help for what this command takes)')
    .exitOverride();
  for (const register of [
    registerUp,
    registerImport,
    registerEvaluate,
    registerReplay,
    registerTune,
    registerWhatIf,
    registerExperiments,
    registerSimulate,
    registerKey,
    registerUserKeys,
    registerNatsUsers,
    registerAudit,
    registerStatus,
    registerVerify,
    registerDead,
    registerDoctor,
  ])
    register(program);
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
