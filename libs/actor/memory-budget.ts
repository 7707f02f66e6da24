/** The memory that the resident actors of all partitions of a host share, by estimate, in bytes. */
export class MemoryBudget {
  private usedBytes = 0;
  private inUseBytes = 0;

  constructor(readonly max: number) {}

  get used(): number {
    return this.usedBytes;
  }

  /** Of them, by actors that are not packed. */
  get inUse(): number {
    return this.inUseBytes;
  }

  /** @param inUse how many of the bytes are an actor's that is not packed */
  charge(bytes: number, inUse: number): void {
    this.usedBytes += bytes;
    this.inUseBytes += inUse;
  }

  /** What a partition that holds `own` bytes may keep so that all together fit: everyone shrinks by one ratio. */
  allowance(own: number): number {
    return this.usedBytes <= this.max ? own : (own * this.max) / this.usedBytes;
  }
}
