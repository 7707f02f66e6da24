/** Inserting into and removing from the columns of a small table, in place: `splice` would allocate each time. */

export function insertAt<T>(column: T[], place: number, value: T): void {
  column.push(value);
  for (let i = column.length - 1; i > place; i--) column[i] = column[i - 1]!;
  column[place] = value;
}

export function removeAt<T>(column: T[], place: number, count = 1): void {
  if (count === 0) return;
  if (place === 0 && count === 1) {
    column.shift();
    return;
  }
  const length = column.length - count;
  for (let i = place; i < length; i++) column[i] = column[i + count]!;
  column.length = length;
}
