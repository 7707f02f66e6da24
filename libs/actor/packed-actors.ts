/**
 * Actors that are not in use, as bytes. Two steps: packed, which is quick both ways, and, for those unused for longer,
 * squeezed, which is smaller and slower. Both in the order in which they came: the squeezed ones are unused for longest.
 */
import { ByteSlabs } from './byte-slabs.js';

export interface PackedActor {
  /** They last until the next change of any actor. */
  readonly bytes: Uint8Array;
  readonly usedAt: number;
  /** False for an id that nothing is known about. */
  readonly known: boolean;
}

const FIRST_ACTORS = 1_024;

export class PackedActors {
  /** Places of their bytes. */
  private readonly packed = new Map<string, number>();
  private readonly squeezed = new Map<string, number>();
  private slabs = new ByteSlabs();
  /** By place. */
  private usedAt = new Float64Array(FIRST_ACTORS);
  private known = new Uint8Array(FIRST_ACTORS);

  get size(): number {
    return this.packed.size + this.squeezed.size;
  }

  get(id: string): PackedActor | undefined {
    const place = this.packed.get(id) ?? this.squeezed.get(id);
    return place === undefined ? undefined : this.at(place);
  }

  /** Keeps a copy of the bytes, which are none of those kept here. */
  add(id: string, actor: PackedActor): void {
    this.packed.set(id, this.place(actor));
  }

  /** Somebody is about to use it: it goes behind the others. @returns whether it is here */
  use(id: string, now: number): boolean {
    const among = this.packed.has(id) ? this.packed : this.squeezed;
    const place = among.get(id);
    if (place === undefined) return false;
    this.usedAt[place] = now;
    among.delete(id);
    among.set(id, place);
    return true;
  }

  delete(id: string): void {
    const among = this.packed.has(id) ? this.packed : this.squeezed;
    const place = among.get(id);
    if (place === undefined) return;
    among.delete(id);
    this.slabs.delete(place);
  }

  clear(): void {
    this.packed.clear();
    this.squeezed.clear();
    this.slabs = new ByteSlabs();
  }

  /** Squeezes those unused since `idleBefore`, at most `max`. @returns how many, and the bytes gained */
  squeeze(
    idleBefore: number,
    max: number,
    squeeze: (bytes: Uint8Array) => Uint8Array,
  ): { count: number; gained: number } {
    let gained = 0;
    let count = 0;
    for (const [id, place] of this.packed) {
      const actor = this.at(place);
      if (actor.usedAt >= idleBefore || count === max) break;
      count++;
      this.packed.delete(id);
      const bytes = squeeze(actor.bytes);
      const gain = actor.bytes.length - bytes.length;
      this.squeezed.set(id, gain > 0 ? this.place({ ...actor, bytes }) : place);
      if (gain > 0) this.slabs.delete(place);
      gained += gain;
    }
    return { count, gained };
  }

  /** The longest unused first. */
  *[Symbol.iterator](): Generator<[string, PackedActor]> {
    for (const [id, place] of this.squeezed) yield [id, this.at(place)];
    for (const [id, place] of this.packed) yield [id, this.at(place)];
  }

  private at(place: number): PackedActor {
    return {
      bytes: this.slabs.get(place),
      usedAt: this.usedAt[place]!,
      known: this.known[place] === 1,
    };
  }

  private place({ bytes, usedAt, known }: PackedActor): number {
    const place = this.slabs.add(bytes);
    if (place >= this.usedAt.length) this.grow();
    this.usedAt[place] = usedAt;
    this.known[place] = known ? 1 : 0;
    return place;
  }

  private grow(): void {
    const { usedAt, known } = this;
    this.usedAt = new Float64Array(usedAt.length * 2);
    this.usedAt.set(usedAt);
    this.known = new Uint8Array(known.length * 2);
    this.known.set(known);
  }
}
