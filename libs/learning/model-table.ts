/**
 * A bounded table of the model that follows FEEDBACK: item statistics, neighbours, curves. Snapshots, deltas, hashes
 * and replicas know tables only through this; tables.ts lists them.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { DirtyRows } from './dirty-rows.js';

export interface ModelTable {
  /** The whole state in one canonical form: equal states, equal bytes. */
  encode(writer: ByteWriter): void;
  /** Into an empty table. */
  decode(reader: ByteReader): void;
  /** Rows changed since the last delta. */
  readonly dirty: DirtyRows;
  /** Most bytes of one row in a delta. */
  readonly rowBytesMax: number;
  /** The rows as absolute values, so that a delta applied twice changes nothing. @param rows ascending */
  encodeRows(writer: ByteWriter, rows: Uint32Array): void;
  decodeRows(reader: ByteReader): void;
}
