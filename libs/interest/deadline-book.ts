/**
 * When impressions end: for each second, the users who have one ending then. A binary heap of seconds finds the
 * next; a second that lost all its users is skipped when it comes up, and such empty ones are swept out before
 * they outnumber the others.
 */
import type { StateReader, StateWriter } from './state-writer.js';

/** Empty seconds tolerated whatever the number of others. */
const EMPTY_TOLERATED = 64;

export class DeadlineBook {
  private readonly users = new Map<number, Set<string>>();
  private heap: number[] = [];
  private empty = 0;

  /** @param deadline ms, a whole second */
  add(deadline: number, userId: string): void {
    const set = this.users.get(deadline);
    if (!set) {
      this.users.set(deadline, new Set([userId]));
      this.push(deadline);
    } else {
      if (set.size === 0) this.empty--;
      set.add(userId);
    }
  }

  remove(deadline: number, userId: string): void {
    const set = this.users.get(deadline);
    if (!set?.delete(userId) || set.size > 0) return;
    this.empty++;
    if (this.empty > EMPTY_TOLERATED && this.empty * 2 > this.heap.length) this.sweep();
  }

  /** ms */
  next(): number | undefined {
    while (this.heap.length > 0 && this.users.get(this.heap[0]!)!.size === 0) {
      this.users.delete(this.pop());
      this.empty--;
    }
    return this.heap[0];
  }

  /** The users of the earliest deadlines ≤ `time`, each once, by deadline and then by id; at most `max`. */
  due(time: number, max: number): string[] {
    const next = this.next();
    if (next === undefined || next > time) return [];
    const found = new Set<string>();
    for (const deadline of this.heap.filter((d) => d <= time).sort((a, b) => a - b)) {
      for (const userId of sorted(this.users.get(deadline)!)) {
        if (found.size === max) return [...found];
        found.add(userId);
      }
    }
    return [...found];
  }

  /** Deadlines with users. */
  get size(): number {
    return this.heap.length - this.empty;
  }

  write(out: StateWriter): void {
    const deadlines = this.heap
      .filter((deadline) => this.users.get(deadline)!.size > 0)
      .sort((a, b) => a - b);
    out.count(deadlines.length);
    out.series(deadlines);
    for (const deadline of deadlines) {
      const ids = sorted(this.users.get(deadline)!);
      out.count(ids.length);
      for (const id of ids) out.text(id);
    }
  }

  static read(from: StateReader): DeadlineBook {
    const book = new DeadlineBook();
    for (const deadline of from.series(from.size(3))) {
      for (const userId of from.texts(from.size(1))) book.add(deadline, userId);
    }
    return book;
  }

  private sweep(): void {
    for (const [deadline, set] of this.users) if (set.size === 0) this.users.delete(deadline);
    this.heap = [...this.users.keys()].sort((a, b) => a - b);
    this.empty = 0;
  }

  private push(deadline: number): void {
    const heap = this.heap;
    let child = heap.push(deadline) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (heap[parent]! <= deadline) break;
      heap[child] = heap[parent]!;
      child = parent;
    }
    heap[child] = deadline;
  }

  private pop(): number {
    const heap = this.heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= last) break;
      heap[parent] = heap[child]!;
      parent = child;
    }
    heap[parent] = last;
    return top;
  }
}

/** By UTF-16 code units: the same everywhere, unlike a locale's order. */
function sorted(ids: ReadonlySet<string>): string[] {
  return ids.size === 1 ? [...ids] : [...ids].sort();
}
