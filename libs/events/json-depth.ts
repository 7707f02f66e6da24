/**
 * How deep a JSON value may nest. Whoever can append to the log could nest hundreds of thousands of arrays in one
 * message, and everything that walks a value by recursion would run out of stack: the schemas, JSON.stringify.
 */
export const JSON_DEPTH_MAX = 32;

/** True beyond `levels` of arrays and objects. Stops there, so it needs no more stack than that. */
export function nestsDeeper(value: unknown, levels = JSON_DEPTH_MAX): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Array.isArray(value) ? (value as unknown[]) : Object.values(value))
    if (nestsDeeper(inner, levels - 1)) return true;
  return false;
}
