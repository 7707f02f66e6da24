/** JSON as a tree that can hold what JSON.stringify would never write: raw tokens, members given twice or named `__proto__`. */
export class Raw {
  constructor(readonly text: string) {}
}

export class Members {
  constructor(readonly pairs: [name: string, value: Json][]) {}
}

export type Json = null | boolean | number | string | Raw | Members | Json[];

/** Nests as deep as the tree does, which is a few dozen levels: deeper ones are Raw. */
export function write(value: Json): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join()}]`;
  if (value instanceof Members)
    return `{${value.pairs.map(([name, inner]) => `${JSON.stringify(name)}:${write(inner)}`).join()}}`;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  return JSON.stringify(value);
}

/** Pools are shared, and mutation changes trees in place. */
export function copyOf(value: Json): Json {
  if (Array.isArray(value)) return value.map(copyOf);
  if (value instanceof Members) return new Members(value.pairs.map(([name, inner]) => [name, copyOf(inner)]));
  return value;
}

/** A plain value as such a tree. */
export function fromPlain(value: unknown): Json {
  if (Array.isArray(value)) return value.map(fromPlain);
  if (typeof value === 'object' && value !== null)
    return new Members(Object.entries(value).map(([name, inner]) => [name, fromPlain(inner)]));
  return value as Json;
}
