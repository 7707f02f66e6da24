/** Row checksums: SHA-256 over what identifies the row and over its bytes, so that rows cannot be swapped unseen. */
import { createHash } from 'node:crypto';

export function checksum(identity: string, bytes: Uint8Array): Buffer {
  return createHash('sha256').update(identity).update('\0').update(bytes).digest();
}

export function matches(identity: string, bytes: Uint8Array, sha256: Uint8Array): boolean {
  return checksum(identity, bytes).equals(sha256);
}
