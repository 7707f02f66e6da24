/** Event times that several columns of a user name: each stands once, ascending, and the columns name it by its place. */
import type { StateReader, StateWriter } from './state-writer.js';

export class SharedTimes {
  /** @param times ms, ascending, each once */
  private constructor(private readonly times: ArrayLike<number>) {}

  static of(columns: readonly (readonly number[])[]): SharedTimes {
    const all = new Float64Array(columns.reduce((sum, column) => sum + column.length, 0));
    let length = 0;
    for (const column of columns) {
      all.set(column, length);
      length += column.length;
    }
    all.sort();
    let distinct = 0;
    for (let i = 0; i < length; i++) if (i === 0 || all[i] !== all[distinct - 1]) all[distinct++] = all[i]!;
    return new SharedTimes(all.subarray(0, distinct));
  }

  write(out: StateWriter): void {
    out.count(this.times.length);
    out.series(this.times);
  }

  static read(from: StateReader): SharedTimes {
    return new SharedTimes(from.series(from.size(1)));
  }

  /** Every entry of `column` is one of the times. */
  writeColumn(out: StateWriter, column: readonly number[]): void {
    let before = 0;
    for (const time of column) {
      const place = this.times[before + 1] === time ? before + 1 : this.placeOf(time);
      out.signed(place - before);
      before = place;
    }
  }

  readColumn(from: StateReader, n: number): number[] {
    const column: number[] = [];
    let place = 0;
    for (let i = 0; i < n; i++) column.push(this.times[(place += from.signed())]!);
    return column;
  }

  private placeOf(time: number): number {
    let low = 0;
    let high = this.times.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
