/** Text to stdout or into a new file, as fast as that takes it. A file holds whole lines, whatever ends the writing. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { UsageError } from './exit.js';

/** Exports hold what people did. */
const OWNER_ONLY = 0o600;

/**
 * @param path undefined: stdout; packed when it ends in .gz. What is in a file is on the disk when this resolves
 * @throws UsageError when the file is there already; what `lines` throws, once the lines before are written
 */
export async function writeLines(lines: AsyncIterable<string>, path: string | undefined): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  async function* untilFailure(): AsyncGenerator<string> {
    try {
      yield* lines;
    } catch (error) {
      failure = { error };
    }
  }
  if (path === undefined) await pipeline(untilFailure, process.stdout, { end: false });
  else await writeFile(untilFailure, path);
  if (failure) throw failure.error;
}

async function writeFile(lines: () => AsyncGenerator<string>, path: string): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: OWNER_ONLY, flush: true });
  try {
    await (path.endsWith('.gz') ? pipeline(lines, createGzip(), file) : pipeline(lines, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UsageError(`${path} is there already: name another file, or remove it`, { cause: error });
  }
}
