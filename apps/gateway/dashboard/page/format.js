/** Numbers and times for people. */
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const NONE = '–';

export const whole = (n) => (n === undefined ? NONE : WHOLE.format(n));

/** 123 as it is, 1,234 as 1.2K: where there is little room. */
export const tiny = (n) => SHORT.format(n);

/** 1,234 as it is, 12,345,678 as 12.3M. */
export const short = (n) => (n === undefined ? NONE : n < 100_000 ? WHOLE.format(n) : SHORT.format(n));

export function rate(perSecond) {
  if (perSecond === undefined) return NONE;
  return perSecond < 10 ? perSecond.toFixed(1) : short(perSecond);
}

export const decimals = (value, digits) =>
  value === undefined || value === null ? NONE : value.toFixed(digits);

export const percent = (share, digits = 1) =>
  share === undefined || share === null ? NONE : `${(share * 100).toFixed(digits)} %`;

export const signed = (value, text) => `${value < 0 ? '−' : '+'}${text(Math.abs(value))}`;

export function milliseconds(ms) {
  if (ms === undefined || ms === null) return NONE;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${whole(ms)} ms`;
}

/** 850 ms, 12 s, 3 min, 2 h, 4 d. */
export function duration(ms) {
  if (ms === undefined) return NONE;
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const [size, unit] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ].find(([each]) => ms >= each);
  return `${Math.floor(ms / size)} ${unit}`;
}

export const plural = (n, one, many = `${one}s`) => `${whole(n)} ${n === 1 ? one : many}`;
