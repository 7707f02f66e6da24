/**
 * A navigable small-world graph over vectors (HNSW: Malkov & Yashunin, TPAMI 2020), by the library USearch. Entries of the
 * library are never changed, since removing one costs a scan there: a row that moved gets a new entry, its old one is passed
 * over, and when such leftovers are half of all, the graph is made anew.
 *
 * A row that moved by less than MOVED_SHARE of its length stays where it is: answers are ordered by the rows' own vectors
 * anyway, and embeddings that are learnt move a little all the time.
 */
import { createRequire } from 'node:module';
import type { VectorRows } from './vector-rows.js';

interface Library {
  readonly Index: new (config: object) => {
    add(key: bigint, vector: Float32Array): void;
    search(vector: Float32Array, count: number, threads: number): { readonly keys: BigUint64Array };
  };
}

const CONNECTIVITY = 16;
const EXPANSION = 64;
/** Asked of the library beyond what is wanted, for each entry that may be a leftover. */
const LEFTOVERS_FACTOR = 2;
const MOVED_SHARE = 0.25;

/** undefined: not looked for yet; null: not to be had on this machine. */
let library: Library | null | undefined;

/** Whether the library's binary runs here. */
export function graphsAvailable(): boolean {
  if (library === undefined) {
    try {
      library = createRequire(import.meta.url)('usearch') as Library; // the package's types lack its config
    } catch {
      library = null;
    }
  }
  return library !== null;
}

/** Undefined where the library is missing. */
export function newGraph(dimensions: number): VectorGraph | undefined {
  return graphsAvailable() ? new VectorGraph(library!, dimensions) : undefined;
}

export class VectorGraph {
  /** Rows whose vector stands in the graph. */
  size = 0;
  private index: InstanceType<Library['Index']>;
  /** Row of each entry; −1: the row has another entry, or none. */
  private rowOf: number[] = [];
  /** Entry of each row; −1: none. */
  private entryOf: number[] = [];
  /** Where each row stands: as it was when its entry was made. */
  private placed = new Float32Array(0);
  private readonly waiting = new Set<number>();

  constructor(
    private readonly made: Library,
    private readonly dimensions: number,
  ) {
    this.index = this.empty();
  }

  /** Rows that wait to be looked at. */
  get behind(): number {
    return this.waiting.size;
  }

  moved(row: number): void {
    this.waiting.add(row);
  }

  /** @returns rows taken in or looked at */
  tend(table: VectorRows, rowsMax: number): number {
    let done = 0;
    for (const row of this.waiting) {
      if (done === rowsMax) break;
      done++;
      this.waiting.delete(row);
      this.settle(table, row);
    }
    if (this.rowOf.length > 1_000 && this.size * 2 < this.rowOf.length) this.renew(table);
    return done;
  }

  /** Rows near the query, about by inner product. */
  *near(query: Float32Array, count: number): Generator<number> {
    if (this.size === 0) return;
    const leftovers = this.rowOf.length > this.size ? LEFTOVERS_FACTOR : 1;
    for (const key of this.index.search(query, Math.min(this.rowOf.length, count * leftovers), 1).keys) {
      const row = this.rowOf[Number(key)]!;
      if (row >= 0) yield row;
    }
  }

  private settle(table: VectorRows, row: number): void {
    const holds = table.holds(row);
    const entry = this.entryOf[row] ?? -1;
    if (holds && entry >= 0 && !this.isFar(table, row)) return;
    if (entry >= 0) this.leave(row, entry);
    if (holds) this.enter(table, row);
  }

  private leave(row: number, entry: number): void {
    this.rowOf[entry] = -1;
    this.entryOf[row] = -1;
    this.size--;
  }

  private enter(table: VectorRows, row: number): void {
    const { dimensions } = this;
    const vector = table.values.slice(row * dimensions, (row + 1) * dimensions);
    const entry = this.rowOf.length;
    this.index.add(BigInt(entry), vector);
    this.rowOf.push(row);
    while (this.entryOf.length <= row) this.entryOf.push(-1);
    this.entryOf[row] = entry;
    this.fit(row);
    this.placed.set(vector, row * dimensions);
    this.size++;
  }

  private isFar({ values }: VectorRows, row: number): boolean {
    let moved = 0;
    let length = 0;
    for (let i = row * this.dimensions; i < (row + 1) * this.dimensions; i++) {
      moved += (values[i]! - this.placed[i]!) ** 2;
      length += this.placed[i]! ** 2;
    }
    return moved > MOVED_SHARE ** 2 * length;
  }

  /** Rows wait to be entered again; until they are, they are looked for by scan. */
  private renew(table: VectorRows): void {
    this.index = this.empty();
    this.rowOf = [];
    this.entryOf = [];
    this.size = 0;
    for (let row = 0; row < table.rows; row++) if (table.holds(row)) this.waiting.add(row);
  }

  private empty(): InstanceType<Library['Index']> {
    const { dimensions } = this;
    return new this.made.Index({
      dimensions,
      metric: 'ip',
      connectivity: CONNECTIVITY,
      expansion_add: EXPANSION,
      expansion_search: EXPANSION,
    });
  }

  private fit(row: number): void {
    const needed = (row + 1) * this.dimensions;
    if (needed <= this.placed.length) return;
    const wider = new Float32Array(Math.max(needed, this.placed.length * 2));
    wider.set(this.placed);
    this.placed = wider;
  }
}
