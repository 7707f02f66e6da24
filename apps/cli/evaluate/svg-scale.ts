/** Linear axes with round ends and round ticks. */
export interface Extent {
  readonly low: number;
  readonly high: number;
  /** Between two ticks: 1, 2 or 5 times a power of ten. */
  readonly step: number;
}

/** The smallest range of whole steps that holds all values, in about `count` steps. */
export function extent(values: readonly number[], count: number): Extent {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (!(min <= max)) [min, max] = [0, 1];
  if (min === max) [min, max] = min === 0 ? [0, 1] : [min - Math.abs(min) / 2, max + Math.abs(max) / 2];
  const step = roundStep((max - min) / count);
  return { low: Math.floor(min / step) * step, high: Math.ceil(max / step) * step, step };
}

/** The same, ending where the values end. */
export function tight(values: readonly number[], count: number): Extent {
  const range = extent(values, count);
  const max = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return max > range.low ? { ...range, high: max } : range;
}

export function ticks({ low, high, step }: Extent): number[] {
  return Array.from({ length: Math.floor((high - low) / step + 1e-6) + 1 }, (_, i) => low + i * step);
}

/** As many decimals as the step has; thousands and millions as k and M. */
export function formatTick(value: number, { step }: Extent): string {
  for (const [unit, suffix] of [
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const)
    if (step >= unit / 10 && Math.abs(value) >= unit) return `${plain(value / unit, step / unit)}${suffix}`;
  return plain(value, step);
}

function plain(value: number, step: number): string {
  return value.toFixed(Math.min(10, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))));
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const mantissa = rough / power;
  return (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10) * power;
}
