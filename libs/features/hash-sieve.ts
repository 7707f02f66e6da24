/**
 * Whether a hash may be among a user's few: a bitmap filled once a user, asked for each item. A set bit means a search, a clear
 * one spares it. Hashes are well mixed, so their low bits are the address.
 */
const BITS = 2048;

export class HashSieve {
  private readonly words = new Uint32Array(BITS / 32);

  fill(hashes: readonly number[], others: readonly number[]): void {
    this.words.fill(0);
    for (let i = 0; i < hashes.length; i++) this.add(hashes[i]!);
    for (let i = 0; i < others.length; i++) this.add(others[i]!);
  }

  mayHold(hash: number): boolean {
    const bit = hash & (BITS - 1);
    return (this.words[bit >>> 5]! & (1 << (bit & 31))) !== 0;
  }

  private add(hash: number): void {
    const bit = hash & (BITS - 1);
    this.words[bit >>> 5]! |= 1 << (bit & 31);
  }
}
