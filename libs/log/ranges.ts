/** Ranges of sequences, inclusive, ascending. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Adds a range that does not begin before the last one; neighbours become one. */
export function addToRanges(ranges: Range[], from: number, to: number): void {
  const last = ranges.at(-1);
  if (last && from <= last.to + 1) ranges[ranges.length - 1] = { from: last.from, to: Math.max(last.to, to) };
  else ranges.push({ from, to });
}

export function countIn(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** `3-7, 12` */
export function describeRanges(ranges: readonly Range[]): string {
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}
