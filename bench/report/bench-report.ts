/** How every benchmark reports: each figure, the limit beside it, their ratio, and the machine. `--json` prints the same as one object. */
import { cpus, loadavg, totalmem } from 'node:os';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is held against, measured in the same run where possible. */
  readonly limit?: { readonly name: string; readonly value: number };
  readonly note?: string;
}

export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  /** One-minute load average when the report was made: what else was running. */
  readonly load: number;
}

export function machineFacts(): MachineFacts {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: Math.round(loadavg()[0]! * 10) / 10,
  };
}

/** Prints the report on standard output. `facts` are added to the machine's: versions of servers, sizes. */
export function printReport(
  benchmark: string,
  figures: readonly Figure[],
  facts: Record<string, string | number>,
  argv = process.argv,
): void {
  const machine = { ...machineFacts(), ...facts };
  if (argv.includes('--json')) {
    const withRatios = figures.map((figure) => ({ ...figure, ratio: ratioOf(figure) }));
    process.stdout.write(`${JSON.stringify({ benchmark, figures: withRatios, machine })}\n`);
    return;
  }
  process.stdout.write(`${benchmark}\n`);
  for (const figure of figures) process.stdout.write(`  ${lineOf(figure)}\n`);
  process.stdout.write(
    `  on ${Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}\n`,
  );
}

function lineOf(figure: Figure): string {
  const { name, value, unit, limit, note } = figure;
  const beside = limit
    ? `  | ${limit.name}: ${format(limit.value)} ${unit}, ratio ${ratioOf(figure)!.toFixed(2)}`
    : '';
  return `${name.padEnd(44)} ${format(value).padStart(9)} ${unit}${beside}${note ? `  (${note})` : ''}`;
}

const ratioOf = ({ value, limit }: Figure): number | undefined => (limit ? value / limit.value : undefined);

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}
