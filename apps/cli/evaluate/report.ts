/** A report as tables for a person. */
import { decimals, renderTable } from '../terminal/table.js';
import type { Comparison, EvaluationReport, ReportTable } from './dataset.js';

export function renderReport(report: EvaluationReport): string {
  return [
    `${report.dataset}: ${renderInput(report.input)}`,
    ...report.tables.map(renderReportTable),
    ...(report.comparisons.length > 0 ? [report.comparisons.map(renderComparison).join('\n')] : []),
  ].join('\n\n');
}

export function renderReportTable({ title, columns, rows, note }: ReportTable): string {
  const whole = columns.map((_, c) => rows.every((row) => !isFraction(row[c])));
  const cells = rows.map((row) =>
    columns.map((_, c) => {
      const cell = row[c];
      if (typeof cell !== 'number') return cell;
      return whole[c] ? cell : decimals(cell);
    }),
  );
  return [title, renderTable(columns, cells), ...(note ? [note] : [])].join('\n');
}

function isFraction(cell: string | number | undefined): boolean {
  return typeof cell === 'number' && !Number.isInteger(cell);
}

function renderInput(input: EvaluationReport['input']): string {
  return Object.entries(input)
    .map(
      ([name, value]) => `${words(name)} ${typeof value === 'number' ? value.toLocaleString('en') : value}`,
    )
    .join(', ');
}

/** `attributionSeconds` → `attribution seconds` */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function renderComparison({ metric, a, b, of, ...test }: Comparison): string {
  const p = test.pValue < 1e-4 ? '< .0001' : decimals(test.pValue);
  return `${a} − ${b}: ${signed(test.difference)} ${metric}${of ? `, ${of}` : ''}, standard error ${decimals(test.standardError)}, 95 % ${signed(test.low)} to ${signed(test.high)}, p ${p} (${test.test ?? 'paired bootstrap'})`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}
