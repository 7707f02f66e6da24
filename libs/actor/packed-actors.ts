/**
 * Actors that are not in use, as bytes. Two steps: packed, which is quick both ways, and, for those unused for longer,
 * squeezed, which is smaller and slower. Both in the order in which they came: the squeezed ones are unused for longest.
 */
import { widened } from '#kernel';
import { ByteSlabs } from './byte-slabs.js';

export interface PackedActor {
  /** They last until the next change of any actor. */
  readonly bytes: Uint8Array;
  readonly usedAt: number;
  /** False for an id that nothing is known about. */
  readonly known: boolean;
}

export class PackedActors {
  /** Shelves of their own: packed actors come and go, squeezed ones stay, and stand close. */
  private packed = new Shelf();
  private squeezed = new Shelf();

  get size(): number {
    return this.packed.size + this.squeezed.size;
  }

  get(id: string): PackedActor | undefined {
    return this.packed.get(id) ?? this.squeezed.get(id);
  }

  /** Keeps a copy of the bytes, which are none of those kept here. */
  add(id: string, actor: PackedActor): void {
    this.packed.add(id, actor);
  }

  /** Somebody is about to use it: it goes behind the others. @returns whether it is here */
  use(id: string, now: number): boolean {
    return this.packed.use(id, now) || this.squeezed.use(id, now);
  }

  delete(id: string): void {
    if (!this.packed.delete(id)) this.squeezed.delete(id);
  }

  clear(): void {
    this.packed = new Shelf();
    this.squeezed = new Shelf();
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
      gained += actor.bytes.length - bytes.length;
      this.squeezed.add(id, { ...actor, bytes });
      this.packed.delete(id);
    }
    return { count, gained };
  }

  /** The longest unused first. */
  *[Symbol.iterator](): Generator<[string, PackedActor]> {
    yield* this.squeezed;
    yield* this.packed;
  }
}

const FIRST_ACTORS = 1_024;

/** Actors in the order in which they came or were last wanted. */
class Shelf {
  /** Where their bytes are. */
  private readonly places = new Map<string, number>();
  private readonly slabs = new ByteSlabs();
  /** By place. */
  private usedAt = new Float64Array(FIRST_ACTORS);
  private known = new Uint8Array(FIRST_ACTORS);

  get size(): number {
    return this.places.size;
  }

  get(id: string): PackedActor | undefined {
    const place = this.places.get(id);
    return place === undefined ? undefined : this.at(place);
  }

  add(id: string, { bytes, usedAt, known }: PackedActor): void {
    const place = this.slabs.add(bytes);
    if (place >= this.usedAt.length) this.grow();
    this.usedAt[place] = usedAt;
    this.known[place] = known ? 1 : 0;
    this.places.set(id, place);
  }

  use(id: string, now: number): boolean {
    const place = this.places.get(id);
    if (place === undefined) return false;
    this.usedAt[place] = now;
    this.places.delete(id);
    this.places.set(id, place);
    return true;
  }

  delete(id: string): boolean {
    const place = this.places.get(id);
    if (place === undefined) return false;
    this.places.delete(id);
    this.slabs.delete(place);
    return true;
  }

  *[Symbol.iterator](): Generator<[string, PackedActor]> {
    for (const [id, place] of this.places) yield [id, this.at(place)];
  }

  private at(place: number): PackedActor {
    return {
      bytes: this.slabs.get(place),
      usedAt: this.usedAt[place]!,
      known: this.known[place] === 1,
    };
  }

  private grow(): void {
    this.usedAt = widened(this.usedAt);
    this.known = widened(this.known);
  }
}
