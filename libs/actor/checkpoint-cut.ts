/**
 * The dirty states of a partition as they are at one instant, encoded without stopping the partition.
 *
 * The cut remembers which actors were dirty when it was taken. Whoever is about to change one of them first
 * calls `preserve`, which encodes the state as it still is; `drain` encodes the others in short slices.
 * So every encoding shows the same instant, and the fold never waits for a checkpoint.
 */
export interface EncodedActor {
  readonly userId: string;
  readonly state: Uint8Array;
}

/** Longest uninterrupted encoding, ms. */
export const SLICE_MS = 4;

export class CheckpointCut {
  private readonly encoded: EncodedActor[] = [];

  constructor(
    private readonly pending: Set<string>,
    readonly erased: ReadonlySet<string>,
    private readonly encode: (id: string) => Uint8Array,
    /** Every actor of the cut, encoded or not yet. */
    readonly ids: ReadonlySet<string>,
  ) {}

  preserve(id: string): void {
    if (this.pending.delete(id)) this.encoded.push({ userId: id, state: this.encode(id) });
  }

  /** Encodes what is left, giving way to other work between slices. */
  async drain(): Promise<readonly EncodedActor[]> {
    let sliceEnds = performance.now() + SLICE_MS;
    for (const id of this.pending) {
      this.preserve(id);
      if (performance.now() < sliceEnds) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sliceEnds = performance.now() + SLICE_MS;
    }
    return this.encoded;
  }
}
