/** Parsers of option values, for commander: what is wrong is said at once, with exit code 2. */
import { InvalidArgumentError } from 'commander';

export function positiveNumber(value: string): number {
  const parsed = Number(value);
  if (!(parsed > 0 && parsed < Infinity)) throw new InvalidArgumentError('give a number above 0.');
  return parsed;
}

export function positiveInteger(value: string): number {
  const parsed = Number(value);
  if (!(Number.isSafeInteger(parsed) && parsed > 0))
    throw new InvalidArgumentError('give a whole number above 0.');
  return parsed;
}

export function share(value: string): number {
  const parsed = Number(value);
  if (!(parsed > 0 && parsed <= 1)) throw new InvalidArgumentError('give a share above 0, up to 1.');
  return parsed;
}
