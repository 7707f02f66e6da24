/** A model of a report: every report has its models as columns, in one order. */
export interface ModelColumn {
  readonly name: string;
  /** True when scores are probabilities of a click, so that log loss and calibration mean something. */
  readonly probabilistic: boolean;
  /** The served model is compared with the best of these. */
  readonly baseline?: boolean;
}

/** @throws Error for a name that is not among them */
export function columnIndex(columns: readonly { readonly name: string }[], name: string): number {
  const index = columns.findIndex((column) => column.name === name);
  if (index < 0) throw new Error(`no model "${name}" in this report`);
  return index;
}

/** The baseline with the highest value; undefined when no column is one. */
export function bestBaseline(
  columns: readonly { readonly name: string; readonly baseline?: boolean }[],
  value: (model: number) => number,
): string | undefined {
  let best: { name: string; value: number } | undefined;
  columns.forEach(({ name, baseline }, model) => {
    if (!baseline) return;
    const own = value(model);
    if (!best || own > best.value) best = { name, value: own };
  });
  return best?.name;
}
