/**
 * A bounded table of the model that follows FEEDBACK: item statistics, neighbours, curves. Snapshots, deltas, hashes
 * and replicas know tables only through this; tables.ts lists them. Replicas follow a table by its changed rows, or by
 * hearing what it learns from (next-item/engagement-relay.ts).
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { DirtyRows } from './dirty-rows.js';

export interface ModelTable {
  /** The whole state in one canonical form: equal states, equal bytes. */
  encode(writer: ByteWriter): void;
  /** Into an empty table. */
  decode(reader: ByteReader): void;
}

/** A table whose changed rows are sent. */
export interface RowTable extends ModelTable {
  /** Rows changed since the last delta. */
  readonly dirty: DirtyRows;
  /** Most bytes of one row in a delta. */
  readonly rowBytesMax: number;
  /** The rows as absolute values, so that a delta applied twice changes nothing. @param rows ascending */
  encodeRows(writer: ByteWriter, rows: Uint32Array): void;
  decodeRows(reader: ByteReader): void;
}
