/**
 * What each user has taken: wide memory, so that nothing a user has is offered to them, and above all that the mix never learns
 * that they turned it down. The last few with their times are another table's (`histories`); this one holds keys alone, in rows
 * that grow with what their users take.
 */
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { DirtyRows } from '../dirty-rows.js';
import { KeyedRows } from '../keyed-rows.js';
import type { ModelTable } from '../model-table.js';

/** Items remembered of one user; the one taken longest ago makes room. */
export const TAKEN_MAX = 128;
const FIRST_ITEMS = 4;
const NOTHING = new Float64Array(0);

export class TakenItems implements ModelTable {
  readonly dirty = new DirtyRows(1024);
  readonly rowBytesMax = 5 + 8 + 2 + TAKEN_MAX * 8;
  private readonly users: KeyedRows;
  /** Of each row, in order of the first time. */
  private readonly items: Float64Array[] = [];
  private readonly sizes: number[] = [];

  constructor(private readonly usersMax: number) {
    this.users = new KeyedRows(usersMax);
  }

  /** Keys of the user's items, oldest first. Holds until the next `record`. */
  of(userKey: number): Float64Array {
    const row = this.users.find(userKey);
    return row < 0 ? NOTHING : this.keysAt(row);
  }

  has(userKey: number, itemKey: number): boolean {
    return this.of(userKey).includes(itemKey);
  }

  record(userKey: number, itemKey: number): void {
    const row = this.users.claim(userKey);
    this.fit(row);
    if (this.users.recycled) this.sizes[row] = 0;
    const keys = this.keysAt(row);
    if (keys.includes(itemKey)) return;
    this.dirty.mark(row);
    if (keys.length === TAKEN_MAX) {
      keys.copyWithin(0, 1);
      keys[TAKEN_MAX - 1] = itemKey;
      return;
    }
    this.widen(row, keys.length + 1)[keys.length] = itemKey;
    this.sizes[row] = keys.length + 1;
  }

  encode(writer: ByteWriter): void {
    this.users.encode(writer);
    for (let row = 0; row < this.users.size; row++) this.encodeRow(writer, row);
  }

  decode(reader: ByteReader): void {
    this.users.decode(reader);
    for (let row = 0; row < this.users.size; row++) this.decodeRow(reader, row);
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    for (const row of rows) {
      writer.f64(this.users.keys[row]!);
      this.encodeRow(writer, row);
    }
  }

  decodeRows(reader: ByteReader): void {
    for (const row of reader.ascending(this.usersMax)) {
      this.users.place(row, reader.f64());
      this.decodeRow(reader, row);
    }
  }

  private keysAt(row: number): Float64Array {
    return this.items[row]!.subarray(0, this.sizes[row]);
  }

  private encodeRow(writer: ByteWriter, row: number): void {
    writer.varint(this.sizes[row]!);
    writer.array(this.keysAt(row));
  }

  private decodeRow(reader: ByteReader, row: number): void {
    this.fit(row);
    const size = Math.min(reader.varint(), TAKEN_MAX);
    reader.array(this.widen(row, size).subarray(0, size));
    this.sizes[row] = size;
  }

  /** A row that holds so many. */
  private widen(row: number, size: number): Float64Array {
    const narrow = this.items[row]!;
    if (narrow.length >= size) return narrow;
    const wide = new Float64Array(Math.min(TAKEN_MAX, Math.max(size, narrow.length * 2, FIRST_ITEMS)));
    wide.set(narrow);
    return (this.items[row] = wide);
  }

  private fit(row: number): void {
    while (this.items.length <= row) {
      this.items.push(NOTHING);
      this.sizes.push(0);
    }
  }
}
