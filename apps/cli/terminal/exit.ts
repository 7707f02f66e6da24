/** Exit codes of every command: 0 done, 1 failed or did not match, 2 called wrongly. */
import { CommanderError } from 'commander';
import { AppError, errorMessage } from '#kernel';

export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;
/** 128 + SIGINT, as shells expect of an interrupted program. */
export const EXIT_INTERRUPTED = 130;

/** The command line cannot be obeyed as written; the message says what to write instead. */
export class UsageError extends Error {}

/** Something the user must do first; printed without a stack. */
export class CliError extends Error {}

/** Prints what went wrong, for a person, and returns the exit code. */
export function explain(
  error: unknown,
  print: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
  if (error instanceof UsageError) {
    print(`error: ${error.message}`);
    return EXIT_USAGE;
  }
  if (error instanceof AppError) {
    print(`error: ${error.message} (${error.code})`);
    return error.code === 'REK_CONFIG_INVALID' ? EXIT_USAGE : EXIT_FAILURE;
  }
  if (isMissingFile(error)) {
    print(`error: ${error.path ?? 'the file'} does not exist`);
    return EXIT_USAGE;
  }
  print(`error: ${errorMessage(error)}`);
  if (!(error instanceof CliError) && process.env.REKAPPA_LOG_LEVEL === 'debug' && error instanceof Error)
    print(error.stack ?? '');
  return EXIT_FAILURE;
}

function isMissingFile(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT';
}
