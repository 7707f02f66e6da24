/** For tests of tables: their bytes, what one delta would carry, and copies made from either. */
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import type { ModelTable, RowTable } from './model-table.js';

export function bytesOf(table: ModelTable): Buffer {
  const writer = new ByteWriter();
  table.encode(writer);
  return Buffer.from(writer.bytes());
}

/** Everything that changed since the last call, as one delta. */
export function changesOf(table: RowTable): Buffer {
  const writer = new ByteWriter();
  table.encodeRows(writer, table.dirty.drain(table.dirty.size));
  return Buffer.from(writer.bytes());
}

export function restored<T extends ModelTable>(from: T, into: T): T {
  into.decode(new ByteReader(bytesOf(from)));
  return into;
}

export function follow<T extends RowTable>(replica: T, changes: Buffer): T {
  replica.decodeRows(new ByteReader(changes));
  return replica;
}
