/** A table of vectors, whoever owns it. Rows are numbers below `rows`; `holds` says which of them have a vector. */
export interface VectorRows {
  readonly dimensions: number;
  readonly rows: number;
  /** `dimensions` numbers a row. */
  readonly values: Float32Array;
  holds(row: number): boolean;
}
