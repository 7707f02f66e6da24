/** Brings what moved into the graphs that find nearest items, a little at a time between requests; more often while there are few. */
import { performance, type EventLoopUtilization } from 'node:perf_hooks';

/** Between two turns, while requests take the process's time and while they leave it; and the longest one, ms. */
const EVERY_MS = 50;
const AT_LEISURE_EVERY_MS = 10;
const TURN_MS = 4;
const ROWS_AT_ONCE = 8;
/** Share of the time between two turns that others may use for the process to be at leisure. */
const LEISURE = 0.3;

/** Whatever keeps a graph: the index of embeddings, the model's replica. */
export interface GraphOwner {
  /** @returns how many rows were taken in */
  tend(rowsMax: number): number;
}

export class GraphKeeper {
  private timer: NodeJS.Timeout | undefined;
  private before: EventLoopUtilization | undefined;

  /** @param owners asked at each turn, since the replica is swapped for another one now and then */
  constructor(private readonly owners: () => readonly GraphOwner[]) {}

  start(): void {
    this.timer = setTimeout(() => this.turn(), EVERY_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private turn(): void {
    const atLeisure = performance.eventLoopUtilization(this.before).utilization < LEISURE;
    const ends = performance.now() + TURN_MS;
    let busy = false;
    for (const owner of this.owners())
      while (performance.now() < ends && owner.tend(ROWS_AT_ONCE) > 0) busy = true;
    this.before = performance.eventLoopUtilization();
    this.timer = setTimeout(() => this.turn(), busy && atLeisure ? AT_LEISURE_EVERY_MS : EVERY_MS);
  }
}
