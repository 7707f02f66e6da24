/** Scratch of the model: views of the record being read, and comparisons that start at −∞. */
const SCRATCH = new Set(['decoder', 'before']);

/** Paths of all numbers within a value that are not finite: weights, tables, counters, whatever holds them. */
export function notFinite(value: unknown, path = 'model', seen = new Set<object>()): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if (value instanceof Float32Array || value instanceof Float64Array) {
    const at = value.findIndex((number) => !Number.isFinite(number));
    return at < 0 ? [] : [`${path}[${at}]`];
  }
  if (ArrayBuffer.isView(value)) return [];
  const entries: [unknown, unknown][] =
    value instanceof Map
      ? [...(value as Map<unknown, unknown>).entries()]
      : Object.entries(value).filter(([name]) => !SCRATCH.has(name));
  return entries.flatMap(([key, inner]) => notFinite(inner, `${path}.${String(key)}`, seen));
}
