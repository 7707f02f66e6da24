/**
 * Actors that are not in use, as bytes. Two steps: packed, which is quick both ways, and, for those unused for longer,
 * squeezed, which is smaller and slower. Both in the order in which they came: the squeezed ones are unused for longest.
 */
export interface PackedActor {
  readonly bytes: Uint8Array;
  readonly usedAt: number;
  /** False for an id that nothing is known about. */
  readonly known: boolean;
}

export class PackedActors {
  private readonly packed = new Map<string, PackedActor>();
  private readonly squeezed = new Map<string, PackedActor>();

  get size(): number {
    return this.packed.size + this.squeezed.size;
  }

  get(id: string): PackedActor | undefined {
    return this.packed.get(id) ?? this.squeezed.get(id);
  }

  add(id: string, actor: PackedActor): void {
    this.packed.set(id, actor);
  }

  delete(id: string): void {
    if (!this.packed.delete(id)) this.squeezed.delete(id);
  }

  clear(): void {
    this.packed.clear();
    this.squeezed.clear();
  }

  /** Squeezes those unused since `idleBefore`, at most `max`. @returns how many, and the bytes gained */
  squeeze(
    idleBefore: number,
    max: number,
    squeeze: (bytes: Uint8Array) => Uint8Array,
  ): { count: number; gained: number } {
    let gained = 0;
    let count = 0;
    for (const [id, actor] of this.packed) {
      if (actor.usedAt >= idleBefore || count === max) break;
      count++;
      const bytes = squeeze(actor.bytes);
      this.packed.delete(id);
      this.squeezed.set(id, { ...actor, bytes });
      gained += actor.bytes.length - bytes.length;
    }
    return { count, gained };
  }

  /** The longest unused first. */
  *[Symbol.iterator](): Generator<[string, PackedActor]> {
    yield* this.squeezed;
    yield* this.packed;
  }
}
