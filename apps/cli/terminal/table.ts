/** Plain text tables: columns of numbers to the right, of words to the left. */
export type Cell = string | number | undefined;

export function renderTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) =>
    row.map((cell) =>
      cell === undefined ? '' : typeof cell === 'number' ? cell.toLocaleString('en') : cell,
    ),
  );
  const right = headings.map(
    (_, column) =>
      rows.some((row) => row[column] !== undefined) && rows.every((row) => isNumeric(row[column])),
  );
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...texts.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (right[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [
    line(headings),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...texts.map((row) => line(headings.map((_, c) => row[c] ?? ''))),
  ].join('\n');
}

/** Fixed decimals; empty for a missing or undefined value. */
export function decimals(value: number | undefined, places = 4): string {
  return value === undefined || Number.isNaN(value) ? '' : value.toFixed(places);
}

function isNumeric(cell: Cell): boolean {
  return cell === undefined || typeof cell === 'number' || /^[-+]?[\d.,]*( ?%| ?[µm]?s)?$/.test(cell);
}
