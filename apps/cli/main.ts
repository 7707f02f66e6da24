/** Entry of the command line. */
import { buildProgram } from './program.js';
import { EXIT_OK, explain } from './terminal/exit.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK); // the reader (`| head`) has seen enough
  throw error;
});

try {
  const program = await buildProgram(process.argv[2]);
  await program.parseAsync();
  process.exitCode ??= EXIT_OK;
} catch (error) {
  process.exitCode = explain(error);
}
