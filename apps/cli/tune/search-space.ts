/**
 * What `rekappa tune` searches: settings of the model with ranges. A point of the unit cube stands for values: on a linear
 * scale evenly, on a logarithmic one evenly in the exponent, as integers rounded.
 */
import { z } from 'zod';
import { UsageError } from '../terminal/exit.js';

export type Scale = 'log' | 'linear' | 'int';

export interface Parameter {
  /** Path of a setting: ftrl.alpha */
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly scale: Scale;
}

export const DEFAULT_SPACE: readonly Parameter[] = [
  { name: 'ftrl.alpha', low: 0.005, high: 1, scale: 'log' },
  { name: 'ftrl.l1', low: 0.001, high: 10, scale: 'log' },
  { name: 'ftrl.l2', low: 0.01, high: 100, scale: 'log' },
  { name: 'fm.alpha', low: 0.005, high: 0.5, scale: 'log' },
  { name: 'fm.l2', low: 1e-7, high: 1e-2, scale: 'log' },
  { name: 'fm.factors', low: 2, high: 16, scale: 'int' },
  { name: 'olr.alpha', low: 0.005, high: 0.5, scale: 'log' },
  { name: 'model.noClickWeight', low: 0.02, high: 1, scale: 'log' },
];

const spaceSchema = z
  .record(
    z.string(),
    z.union([
      z.tuple([z.number(), z.number()]),
      z.tuple([z.number(), z.number(), z.enum(['log', 'linear', 'int'])]),
    ]),
  )
  .refine((space) => Object.keys(space).length > 0, { message: 'names no setting' });

/** `{"ftrl.alpha": [0.01, 1, "log"]}` @throws UsageError */
export function parseSpace(json: string): Parameter[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new UsageError('--space takes a JSON file such as {"ftrl.alpha": [0.01, 1, "log"]}');
  }
  const parsed = spaceSchema.safeParse(value);
  if (!parsed.success)
    throw new UsageError(
      `--space takes {"ftrl.alpha": [0.01, 1, "log"]}: ${parsed.error.issues[0]!.message}`,
    );
  return Object.entries(parsed.data).map(([name, [low, high, scale = 'linear']]) =>
    checked({ name, low, high, scale }),
  );
}

/** `ftrl.alpha=0.01:1:log`; the scale may be left out. @throws UsageError */
export function parseParameter(text: string): Parameter {
  const found = /^([\w.]+)=([^:]+):([^:]+)(?::(log|linear|int))?$/.exec(text);
  if (!found) throw new UsageError(`--param takes path=low:high[:log|linear|int]; got "${text}"`);
  const [, name, low, high, scale] = found;
  return checked({
    name: name!,
    low: Number(low),
    high: Number(high),
    scale: (scale as Scale | undefined) ?? 'linear',
  });
}

/** The value that a coordinate in 0..1 stands for, to six digits: what is printed is what was tried. */
export function valueAt({ low, high, scale }: Parameter, coordinate: number): number {
  const at = Math.min(1, Math.max(0, coordinate));
  if (scale === 'int') return Math.min(high, low + Math.floor(at * (high - low + 1)));
  const value = scale === 'log' ? low * (high / low) ** at : low + at * (high - low);
  return Number(value.toPrecision(6));
}

/** The coordinate of a value, cut to 0..1. */
export function coordinateOf({ low, high, scale }: Parameter, value: number): number {
  if (!(value > low)) return 0;
  if (scale === 'int') return Math.min(1, (value - low + 0.5) / (high - low + 1));
  const at = scale === 'log' ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, at);
}

function checked(parameter: Parameter): Parameter {
  const { name, low, high, scale } = parameter;
  const whole = scale !== 'int' || (Number.isInteger(low) && Number.isInteger(high));
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high && whole && (scale !== 'log' || low > 0)))
    throw new UsageError(
      `the range of ${name} must rise from its lower to its upper end (above 0 on a log scale, integers for int); got ${low}:${high}:${scale}`,
    );
  return parameter;
}
