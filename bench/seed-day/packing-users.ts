/** Where a fold finds its users: as a map has them, or as a host keeps those that are not in use. */
import { PackedActors } from '#actor';
import { packUser, unpackUser, type UserState } from '#interest';

export interface Users {
  get(id: string): UserState | undefined;
  set(id: string, user: UserState): void;
  delete(id: string): void;
}

/** Keeps in use the one that was asked for last. */
export class PackingUsers implements Users {
  private readonly packed = new PackedActors();
  private inUse: UserState | undefined;

  get(id: string): UserState | undefined {
    if (this.inUse?.userId === id) return this.inUse;
    const packed = this.packed.get(id);
    if (!packed) return undefined;
    const user = unpackUser(packed.bytes);
    this.packed.delete(id);
    this.set(id, user);
    return user;
  }

  set(_id: string, user: UserState): void {
    if (this.inUse)
      this.packed.add(this.inUse.userId, { bytes: packUser(this.inUse), usedAt: 0, known: true });
    this.inUse = user;
  }

  delete(id: string): void {
    if (this.inUse?.userId === id) this.inUse = undefined;
    this.packed.delete(id);
  }
}
