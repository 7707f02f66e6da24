/** Keys in memory, for tests: what UserKeyStore promises, without a database. */
import type { KeyStatus, KeyStore, RewrappedKey, StoredKey } from './key-store.js';

interface Row {
  status: KeyStatus;
  reference: string | null;
  wrapped: string | null;
  name: string | null;
}

export class MemoryKeyStore implements KeyStore {
  readonly rows = new Map<string, Row>();
  private readonly links: { from: string; into: string }[] = [];
  private begun: { check: string; clearThrough: number } | undefined;

  async active(references: readonly string[]): Promise<StoredKey[]> {
    return this.stored((row) => row.status === 'active' && references.includes(row.reference!));
  }

  async create(keys: readonly StoredKey[]): Promise<void> {
    for (const { keyId, ...key } of keys)
      if ((await this.active([key.reference])).length === 0)
        this.rows.set(keyId, { status: 'active', ...key });
  }

  async read(keyIds: readonly string[]): Promise<Map<string, Row>> {
    return new Map(keyIds.flatMap((id) => (this.rows.has(id) ? [[id, this.rows.get(id)!]] : [])));
  }

  async link(from: string, into: string): Promise<void> {
    this.links.push({ from, into });
  }

  async beginErasure(references: readonly string[]): Promise<StoredKey[]> {
    const isOwn = (reference: string | null): boolean => references.includes(reference!);
    const person = new Set(this.stored((row) => isOwn(row.reference)).map(({ keyId }) => keyId));
    for (const id of person) for (const { from, into } of this.links) if (into === id) person.add(from);
    const own = (key: StoredKey): number => Number(isOwn(key.reference));
    const keys = this.stored((row, id) => person.has(id) && row.wrapped !== null);
    for (const { keyId } of keys) this.rows.get(keyId)!.status = 'erasing';
    return keys.sort((a, b) => own(a) - own(b));
  }

  async declareLost(keyIds: readonly string[]): Promise<void> {
    for (const id of keyIds)
      if (!this.rows.has(id))
        this.rows.set(id, { status: 'lost', reference: null, wrapped: null, name: null });
  }

  async begin(check: string, clearThrough: number): Promise<void> {
    this.begun ??= { check, clearThrough };
    if (clearThrough === Infinity) this.begun.clearThrough = Number.MAX_SAFE_INTEGER;
  }

  async page(after: string, count: number): Promise<StoredKey[]> {
    return this.stored((row, id) => id > after && row.wrapped !== null)
      .sort((a, b) => (a.keyId < b.keyId ? -1 : 1))
      .slice(0, count);
  }

  async rewrap(keys: readonly RewrappedKey[]): Promise<number> {
    let former = 0;
    for (const { keyId, reference, wrapped } of keys) {
      const row = this.rows.get(keyId)!;
      const others = (await this.active([reference])).filter((other) => other.keyId !== keyId);
      if (row.status === 'active' && others.length > 0) {
        row.status = 'former';
        former++;
      }
      Object.assign(row, { reference, wrapped });
    }
    return former;
  }

  async rewrapCheck(check: string): Promise<void> {
    if (this.begun) this.begun.check = check;
  }

  async beginning(): Promise<{ check: string; clearThrough: number } | undefined> {
    return this.begun;
  }

  destroy(keyIds: readonly string[]): void {
    for (const id of keyIds)
      this.rows.set(id, { status: 'erased', reference: null, wrapped: null, name: null });
  }

  private stored(wanted: (row: Row, keyId: string) => boolean): StoredKey[] {
    return [...this.rows]
      .filter(([id, row]) => wanted(row, id))
      .map(([keyId, { reference, wrapped, name }]) => ({
        keyId,
        reference: reference!, // no row that is looked for has lost its key
        wrapped: wrapped!,
        name: name!,
      }));
  }
}
