import { readFileSync } from 'node:fs';
import { ERROR_CATALOGUE } from '#kernel';

describe('docs/errors.md', () => {
  it('has one row for each code, with its status, whether a retry helps, and its meaning', () => {
    const rows = readFileSync('docs/errors.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `REK_'))
      .map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, -1),
      );
    const expected = Object.entries(ERROR_CATALOGUE).map(([code, { status, retryable, meaning }]) => [
      `\`${code}\``,
      String(status),
      retryable ? 'yes' : 'no',
      meaning,
    ]);
    expect(rows.map((row) => row.slice(0, 4))).toEqual(expected);
    for (const row of rows) expect(row[4]!.length).toBeGreaterThan(10);
  });
});
