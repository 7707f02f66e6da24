/** Entry of the command line. */
import { buildProgram } from './program.js';
import { EXIT_OK, explain } from './terminal/exit.js';

try {
  await buildProgram().parseAsync();
  process.exitCode ??= EXIT_OK;
} catch (error) {
  process.exitCode = explain(error);
}
