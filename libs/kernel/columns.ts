/** Growing the columns of a table. */

type Column = Float64Array | Float32Array | Uint32Array | Int32Array | Uint8Array;

/** The column with room for twice as many values; those behind the ones it had are 0. */
export function widened<T extends Column>(column: T): T {
  const wider = new (column.constructor as new (length: number) => T)(column.length * 2);
  wider.set(column);
  return wider;
}
