/** How many partitions a host should own: ceil(partitions / hosts), so that all are owned and loads differ by little. */
export function fairShare(partitions: number, hosts: number): number {
  return Math.ceil(partitions / Math.max(1, hosts));
}

/** All partitions, in an order of each host's own, so that hosts rarely reach for the same one at once. */
export function acquisitionOrder(partitions: number, seed: number): number[] {
  return Array.from({ length: partitions }, (_, i) => (i + seed) % partitions);
}
