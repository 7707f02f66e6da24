/** The file in which a NATS server of a test keeps messages, and how to damage it; the server does not run meanwhile. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

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

/** As after a kill amid appends, when what the server knows of its blocks is out of date: it reads them as it starts. */
export async function forgetIndexes(block: string): Promise<void> {
  const folder = dirname(block);
  for (const file of await readdir(folder)) if (/\.idx$|^index\.db$/.test(file)) await rm(join(folder, file));
}

const LENGTH_BYTES = 4;
const SUBJECT_LENGTH_AT = 20;
const SUBJECT_AT = 22;
/** Set in the length of a record with headers. */
const WITH_HEADERS = 0x80000000;
/** The last byte of the sequence holds the bit by which the server tells a record that was deleted. */
const DELETED_BYTE = LENGTH_BYTES + 7;
const DELETED_BIT = 7;

/** Marks the record of a sequence as deleted, one bit that no hash covers. @throws Error when the block does not hold it */
export function markDeleted(block: string, sequence: number): Promise<void> {
  return flipBit(block, (bytes) => recordOf(bytes, sequence) + DELETED_BYTE, DELETED_BIT);
}

function recordOf(bytes: Buffer, sequence: number): number {
  for (let at = 0; at < bytes.length; at += lengthAt(bytes, at))
    if (bytes.readBigUInt64LE(at + LENGTH_BYTES) === BigInt(sequence)) return at;
  throw new Error(`the block has no record ${sequence}`);
}

/** Whether a byte belongs to one of the lengths in a record: NATS 2.9 panics when it reads a message whose lengths are too great. */
export function isLength(bytes: Buffer, place: number): boolean {
  let at = 0;
  while (at + lengthAt(bytes, at) <= place) at += lengthAt(bytes, at);
  const inRecord = place - at;
  const headersAt = SUBJECT_AT + bytes.readUInt16LE(at + SUBJECT_LENGTH_AT);
  return (
    inRecord < LENGTH_BYTES ||
    (inRecord >= SUBJECT_LENGTH_AT && inRecord < SUBJECT_AT) ||
    (inRecord >= headersAt && inRecord < headersAt + LENGTH_BYTES)
  );
}

const lengthAt = (bytes: Buffer, at: number): number => (bytes.readUInt32LE(at) & ~WITH_HEADERS) >>> 0;
