/** Brings what moved into the graphs that find nearest items, a little at a time between requests. */

/** Between two turns, and the longest one, ms. */
const EVERY_MS = 50;
const TURN_MS = 4;
const ROWS_AT_ONCE = 8;

/** Whatever keeps a graph: the index of embeddings, the model's replica. */
export interface GraphOwner {
  /** @returns how many rows were taken in */
  tend(rowsMax: number): number;
}

export class GraphKeeper {
  private timer: NodeJS.Timeout | undefined;

  /** @param owners asked at each turn, since the replica is swapped for another one now and then */
  constructor(private readonly owners: () => readonly GraphOwner[]) {}

  start(): void {
    this.timer = setInterval(() => this.turn(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private turn(): void {
    const ends = performance.now() + TURN_MS;
    for (const owner of this.owners()) while (performance.now() < ends && owner.tend(ROWS_AT_ONCE) > 0);
  }
}
