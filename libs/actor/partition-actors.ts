/**
 * The resident actors of one partition. Generic over their state.
 *
 *                 activate                       touched
 *   stored / new ──────────▶ resident, clean ───────────▶ resident, dirty
 *        ▲                       │    ▲                        │
 *        └──────── passivate ────┘    └── checkpoint saved ────┘
 *
 * - An actor that is not used for a while is packed: it stays resident, clean or dirty, as bytes that take a fraction of the
 *   memory, and after a longer while squeezed into fewer still. Whoever uses it finds it unpacked.
 * - An actor is activated on first use, in batches through the loader; one load per id is under way at a
 *   time, so that a slow load can never overwrite a state that was changed meanwhile.
 * - A dirty actor is never passivated: only a saved checkpoint makes it clean.
 * - Clean actors go when idle, or, over the memory budget, those unused the longest first.
 * - An erased actor is new again at once, although its stored row lives until the next checkpoint.
 *
 * One partition's loop changes states; anyone may read. Nothing here knows a clock: times are arguments.
 */
import { AppError, errorMessage } from '#kernel';
import type { ActorKind, ActorLoader } from './actor-kind.js';
import { CheckpointCut } from './checkpoint-cut.js';
import type { MemoryBudget } from './memory-budget.js';
import { PackedActors, type PackedActor } from './packed-actors.js';

/** Ids of one load. */
export const LOAD_IDS_MAX = 5_000;
/** What the map and its entry add to a state, bytes. */
const ENTRY_BYTES = 200;
/** Actors squeezed at one go, so that nobody waits for long: each takes about as long as packing one. */
const SQUEEZED_AT_ONCE_MAX = 4;

interface Resident<S> {
  state: S;
  bytes: number;
  usedAt: number;
  /** False for an id that nothing is known about: it was created for a reader and never changed. */
  known: boolean;
}

/** Somebody wants to change an actor that was not activated. */
export class NotResident extends Error {
  constructor(readonly id: string) {
    super('an actor to be changed is not resident');
  }
}

export interface PartitionActorsOptions {
  /** True when the partition starts from nothing, so that no id can have a stored state. */
  readonly nothingStored: boolean;
}

export class PartitionActors<S> {
  /** In order of last activation, oldest first. */
  private readonly residents = new Map<string, Resident<S>>();
  /** All of them unused for longer than the residents. */
  private readonly packed = new PackedActors();
  private readonly loading = new Map<string, Promise<void>>();
  private dirty = new Set<string>();
  private erased = new Set<string>();
  private cut: CheckpointCut | undefined;
  private ownBytes = 0;
  private inUseBytes = 0;
  /** While true, an id that is not resident is new for certain, and no load is needed. */
  private everyoneResident: boolean;
  private closed = false;
  /** Activations since the start: without, and with a stored state. */
  created = 0;
  loaded = 0;

  constructor(
    private readonly kind: ActorKind<S>,
    private readonly load: ActorLoader,
    private readonly budget: MemoryBudget,
    options: PartitionActorsOptions,
  ) {
    this.everyoneResident = options.nothingStored;
  }

  get size(): number {
    return this.residents.size + this.packed.size;
  }
  /** Of them, packed. */
  get packedCount(): number {
    return this.packed.size;
  }
  get bytes(): number {
    return this.ownBytes;
  }
  /** Whether every user of the partition is resident for certain. */
  get complete(): boolean {
    return this.everyoneResident;
  }
  get dirtyCount(): number {
    return this.dirty.size;
  }

  /**
   * Makes all the ids resident; those that are packed stay so until they are asked for, lest a batch of them fill the memory before
   * its first is used. @param now any clock, ms; decides idleness
   * @throws AppError REK_SNAPSHOT_INVALID when a stored state is damaged; what the loader throws
   */
  async activate(ids: Iterable<string>, now: number): Promise<void> {
    const missing: string[] = [];
    const underWay = new Set<Promise<void>>();
    for (const id of new Set(ids)) {
      const resident = this.residents.get(id);
      const load = this.loading.get(id);
      if (resident) this.use(id, resident, now);
      else if (this.packed.use(id, now)) continue;
      else if (load) underWay.add(load);
      else if (this.everyoneResident || this.isErased(id)) this.insert(id, this.kind.create(id), false, now);
      else missing.push(id);
    }
    for (let at = 0; at < missing.length; at += LOAD_IDS_MAX)
      underWay.add(this.fetch(missing.slice(at, at + LOAD_IDS_MAX), now));
    if (underWay.size > 0) await Promise.all(underWay);
  }

  /** The state, about to be changed; a new one for an actor erased since. @throws NotResident: activate first */
  get(id: string): S {
    let resident = this.resident(id);
    if (!resident && this.isErased(id)) resident = this.insert(id, this.kind.create(id), false, 0);
    if (!resident) throw new NotResident(id);
    this.cut?.preserve(id);
    return resident.state;
  }

  /** The state, for reading; undefined when it is not resident. */
  peek(id: string): S | undefined {
    return this.resident(id)?.state;
  }

  /** Whether anything was ever recorded of this resident actor. */
  known(id: string): boolean {
    return (this.residents.get(id) ?? this.packed.get(id))?.known ?? false;
  }

  /** Says that the state of `id` was changed. */
  touched(id: string): void {
    this.dirty.add(id);
    this.erased.delete(id);
    const resident = this.resident(id);
    if (resident) resident.known = true;
  }

  /** Forgets the actor; its stored row goes with the next checkpoint. */
  erase(id: string): void {
    this.cut?.preserve(id);
    if (this.residents.has(id) || this.packed.get(id)) this.release(id);
    this.dirty.delete(id);
    this.erased.add(id);
  }

  /**
   * Packs up to `max` actors unused since `idleBefore`, and squeezes a few packed ones unused since `longIdleBefore`.
   * @returns how many were
   */
  pack(idleBefore: number, longIdleBefore = -Infinity, max = Infinity): { packed: number; squeezed: number } {
    let packed = 0;
    for (const [id, resident] of this.residents) {
      if (resident.usedAt >= idleBefore || packed === max) break;
      const bytes = this.kind.pack(resident.state);
      this.remove(id, resident);
      this.packed.add(id, { bytes, usedAt: resident.usedAt, known: resident.known });
      this.charge(bytes.length + ENTRY_BYTES);
      packed++;
    }
    const squeezed = this.packed.squeeze(longIdleBefore, SQUEEZED_AT_ONCE_MAX, (bytes) =>
      this.kind.squeeze(bytes),
    );
    this.charge(-squeezed.gained);
    return { packed, squeezed: squeezed.count };
  }

  /** Starts a checkpoint of this instant. Finish it with `saved` or `failed`. */
  beginCut(): CheckpointCut {
    if (this.cut) throw new Error('a checkpoint of this partition is already under way');
    const pending = this.dirty;
    this.cut = new CheckpointCut(new Set(pending), this.erased, (id) => this.encode(id), pending);
    this.dirty = new Set();
    this.erased = new Set();
    return this.cut;
  }

  saved(): void {
    this.cut = undefined;
  }

  /** The checkpoint came to nothing: what it would have written is dirty again. */
  failed(): void {
    const { cut } = this;
    this.cut = undefined;
    for (const id of cut?.ids ?? []) if (this.known(id)) this.dirty.add(id);
    for (const id of cut?.erased ?? []) if (!this.dirty.has(id)) this.erased.add(id);
  }

  /**
   * Lets clean actors go: those unused since `idleBefore`, and, over the budget, the oldest of the others.
   * @returns how many went, and whether the budget needs a checkpoint first because only dirty ones are left
   */
  passivate(idleBefore: number): { passivated: number; needsCheckpoint: boolean } {
    const allowance = this.budget.allowance(this.ownBytes);
    let passivated = 0;
    for (const [id, { usedAt }] of this.oldestFirst()) {
      if (usedAt >= idleBefore && this.ownBytes <= allowance) break;
      if (this.dirty.has(id) || this.cut) continue;
      this.release(id);
      passivated++;
    }
    if (passivated > 0) this.everyoneResident = false;
    return { passivated, needsCheckpoint: this.ownBytes > allowance };
  }

  /** The known residents, in no particular order, and what encodes each of them for as long as none is let go. */
  *entries(): Generator<[string, () => Uint8Array]> {
    for (const [id, { known }] of this.residents) if (known) yield [id, () => this.encode(id)];
    for (const [id, { known }] of this.packed) if (known) yield [id, () => this.encode(id)];
  }

  /** Whether a stored row of `id` is out of date because the actor was erased. */
  isErased(id: string): boolean {
    return this.erased.has(id) || (this.cut?.erased.has(id) ?? false);
  }

  /** Gives all memory back. The partition is lost: nothing may be saved any more. */
  clear(): void {
    this.closed = true;
    this.charge(-(this.ownBytes - this.inUseBytes));
    this.chargeInUse(-this.inUseBytes);
    this.residents.clear();
    this.packed.clear();
    this.dirty.clear();
    this.erased.clear();
    this.cut = undefined;
  }

  private fetch(ids: readonly string[], now: number): Promise<void> {
    const load = (async () => {
      try {
        const stored = await this.load(ids);
        if (this.closed) throw new AppError('REK_LEASE_LOST');
        for (const id of ids) {
          const bytes = stored.get(id);
          this.insert(id, bytes ? this.decode(id, bytes) : this.kind.create(id), bytes !== undefined, now);
        }
      } finally {
        for (const id of ids) this.loading.delete(id);
      }
    })();
    for (const id of ids) this.loading.set(id, load);
    return load;
  }

  private decode(id: string, bytes: Uint8Array): S {
    try {
      return this.kind.decode(bytes);
    } catch (error) {
      throw new AppError(
        'REK_SNAPSHOT_INVALID',
        `a stored actor cannot be read: ${errorMessage(error)}`,
        { id },
        { cause: error },
      );
    }
  }

  private encode(id: string): Uint8Array {
    const packed = this.packed.get(id);
    if (packed) return this.encodePacked(packed.bytes);
    const resident = this.residents.get(id)!; // as are all that are dirty
    const bytes = this.kind.bytes(resident.state) + ENTRY_BYTES;
    this.chargeInUse(bytes - resident.bytes);
    resident.bytes = bytes;
    return this.kind.encode(resident.state);
  }

  private encodePacked(bytes: Uint8Array): Uint8Array {
    return this.kind.encode(this.kind.unpack(bytes));
  }

  private insert(id: string, state: S, known: boolean, now: number): Resident<S> {
    if (known) this.loaded++;
    else this.created++;
    return this.place(id, state, known, now);
  }

  private place(id: string, state: S, known: boolean, usedAt: number): Resident<S> {
    const bytes = this.kind.bytes(state) + ENTRY_BYTES;
    const resident = { state, bytes, usedAt, known };
    this.residents.set(id, resident);
    this.chargeInUse(bytes);
    return resident;
  }

  /** The resident, unpacked. */
  private resident(id: string): Resident<S> | undefined {
    const packed = this.packed.get(id);
    if (!packed) return this.residents.get(id);
    const state = this.kind.unpack(packed.bytes);
    this.drop(id, packed);
    return this.place(id, state, packed.known, packed.usedAt);
  }

  /** Whose turn it is to go. */
  private *oldestFirst(): Generator<[string, { readonly usedAt: number }]> {
    yield* this.packed;
    yield* this.residents;
  }

  private release(id: string): void {
    const packed = this.packed.get(id);
    if (packed) this.drop(id, packed);
    else this.remove(id, this.residents.get(id)!);
  }

  private drop(id: string, { bytes }: PackedActor): void {
    this.packed.delete(id);
    this.charge(-(bytes.length + ENTRY_BYTES));
  }

  private use(id: string, resident: Resident<S>, now: number): void {
    resident.usedAt = now;
    this.residents.delete(id);
    this.residents.set(id, resident);
  }

  private remove(id: string, resident: Resident<S>): void {
    this.residents.delete(id);
    this.chargeInUse(-resident.bytes);
  }

  /** For packed ones. */
  private charge(bytes: number): void {
    this.ownBytes += bytes;
    this.budget.charge(bytes, 0);
  }

  private chargeInUse(bytes: number): void {
    this.ownBytes += bytes;
    this.inUseBytes += bytes;
    this.budget.charge(bytes, bytes);
  }
}
