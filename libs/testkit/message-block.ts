/** The file in which a NATS server of a test keeps messages, and how to damage it; the server does not run meanwhile. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Path of a stream's first block. @param folder of the server */
export async function messageBlock(folder: string, stream: string): Promise<string> {
  const streams = join(folder, 'jetstream');
  const files = await readdir(streams, { recursive: true });
  const block = files.filter((file) => file.includes(`/${stream}/msgs/`) && file.endsWith('.blk')).sort()[0];
  if (block === undefined) throw new Error(`${stream} has no block under ${streams}`);
  return join(streams, block);
}

/** @param placeIn says the byte in which a bit flips. @param bit 0 .. 7 */
export async function flipBit(block: string, placeIn: (bytes: Buffer) => number, bit = 0): Promise<void> {
  const bytes = await readFile(block);
  const at = placeIn(bytes);
  bytes[at] = bytes[at]! ^ (1 << bit);
  await writeFile(block, bytes);
}
