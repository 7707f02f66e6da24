import { CommanderError } from 'commander';
import { AppError } from '#kernel';
import { CliError, explain, UsageError } from './exit.js';
import { describeProgress } from './progress.js';
import { decimals, renderTable } from './table.js';

describe('exit codes', () => {
  const codeOf = (error: unknown): number => explain(error, () => undefined);

  it('are 2 for a wrong call and 1 for a failure', () => {
    expect(codeOf(new UsageError('no such option'))).toBe(2);
    expect(codeOf(new CommanderError(1, 'commander.unknownOption', ''))).toBe(2);
    expect(codeOf(new CommanderError(0, 'commander.helpDisplayed', ''))).toBe(0);
    expect(codeOf(new AppError('REK_CONFIG_INVALID'))).toBe(2);
    expect(codeOf(Object.assign(new Error(), { code: 'ENOENT', path: 'x' }))).toBe(2);
    expect(codeOf(new CliError('nothing runs here'))).toBe(1);
    expect(codeOf(new AppError('REK_LOG_UNAVAILABLE'))).toBe(1);
  });

  it('come with a line that says what to do', () => {
    const lines: string[] = [];
    explain(new AppError('REK_LOG_DAMAGED'), (line) => lines.push(line));
    expect(lines).toEqual([
      'error: The log has a gap or a checksum mismatch: run `rekappa verify`. (REK_LOG_DAMAGED)',
    ]);
  });
});

describe('progress', () => {
  it('tells count, rate and time left', () => {
    expect(describeProgress(250, 1000, 12_000, 10, 'events')).toBe('12,000 events · 1,200/s · 0:30 left');
    expect(describeProgress(1000, 1000, 5_000, 3_725, 'events')).toBe('5,000 events · 1/s · in 1:02:05');
    expect(describeProgress(0, undefined, 0, 0, 'events')).toBe('0 events · in 0:00');
  });
});

describe('tables', () => {
  it('align numbers right and words left', () => {
    expect(
      renderTable(
        ['name', 'value'],
        [
          ['a', '0.5'],
          ['longer', 1234],
          ['c', undefined],
        ],
      ),
    ).toBe(['name    value', '------  -----', 'a         0.5', 'longer  1,234', 'c'].join('\n'));
    expect(decimals(undefined)).toBe('');
    expect(decimals(0.12345)).toBe('0.1235');
  });
});
