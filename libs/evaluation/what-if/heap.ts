/** A binary heap: the least first. */
export class Heap<T> {
  private readonly items: T[] = [];

  /** @param order negative when `a` comes before `b` */
  constructor(private readonly order: (a: T, b: T) => number) {}

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    const { items, order } = this;
    let at = items.length;
    items.push(item);
    for (let up = (at - 1) >> 1; at > 0 && order(item, items[up]!) < 0; up = (at - 1) >> 1) {
      items[at] = items[up]!;
      at = up;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (items.length > 0) this.sink(last!);
    return first;
  }

  private sink(item: T): void {
    const { items, order } = this;
    let at = 0;
    for (let down = 1; down < items.length; down = 2 * at + 1) {
      if (down + 1 < items.length && order(items[down + 1]!, items[down]!) < 0) down++;
      if (order(item, items[down]!) <= 0) break;
      items[at] = items[down]!;
      at = down;
    }
    items[at] = item;
  }
}
