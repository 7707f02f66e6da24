/**
 * Non-cryptographic hashes. All are part of stored formats: changing one changes partitions,
 * feature slots and item keys, so they never change.
 */
import type { Partition } from './ids.js';

const encoder = new TextEncoder();
const scratch = new Uint8Array(4096);

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a, 32 bit, over UTF-8; the hash of NATS's own `partition()` subject mapping. Result 0 .. 2^32 − 1. */
export function fnv1a32(text: string, seed = FNV_OFFSET): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return fnv1a32Bytes(utf8(text), seed);
    hash = Math.imul(hash ^ code, FNV_PRIME);
  }
  return hash >>> 0;
}

export function fnv1a32Bytes(bytes: Uint8Array, seed = FNV_OFFSET): number {
  let hash = seed;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
  return hash >>> 0;
}

/** The partition of a user: FNV-1a 32 modulo the count recorded when the stream was created. */
export function partitionOf(userId: string, partitionCount: number): Partition {
  return (fnv1a32(userId) % partitionCount) as Partition;
}

/** MurmurHash3's 32-bit finaliser: spreads every input bit over the output. Result 0 .. 2^32 − 1. */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Combines two 32-bit hashes, order-sensitive. Result 0 .. 2^32 − 1. */
export function combine32(a: number, b: number): number {
  return mix32(Math.imul(a, 0x9e3779b1) ^ (b + 0x7f4a7c15 + (a << 6) + (a >>> 2)));
}

/**
 * A 53-bit key of a string, exact in a double, never 0. One collision is expected among about 10^8 keys.
 * Used as the compact identity of items, users and event ids where strings would cost too much.
 */
export function key53(text: string): number {
  const high = mix32(fnv1a32(text, 0x811c9dc5)) & 0x1fffff;
  const low = mix32(fnv1a32(text, 0x6c62272e) ^ text.length);
  return high * 0x1_0000_0000 + low || 1;
}

function utf8(text: string): Uint8Array {
  if (text.length * 3 > scratch.length) return encoder.encode(text);
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}
