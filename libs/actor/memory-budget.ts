/** The memory that the resident actors of all partitions of a host share, by estimate, in bytes. */
export class MemoryBudget {
  private usedBytes = 0;

  constructor(readonly max: number) {}

  get used(): number {
    return this.usedBytes;
  }

  charge(bytes: number): void {
    this.usedBytes += bytes;
  }

  /** What a partition that holds `own` bytes may keep so that all together fit: everyone shrinks by one ratio. */
  allowance(own: number): number {
    return this.usedBytes <= this.max ? own : (own * this.max) / this.usedBytes;
  }
}
