/**
 * From totals that only grow to how much they grew lately, over all processes that count. One that started anew begins at nothing, and
 * counts from its next answer on.
 */
const WINDOW_MS = 60_000;

export class Totals {
  #samples = new Map();

  /** @param process who counts. @param at ms. @param values totals by name */
  note(process, at, values) {
    const kept = (this.#samples.get(process) ?? []).filter((sample) => at - sample.at <= WINDOW_MS);
    const last = kept.at(-1);
    if (last && last.at >= at) return;
    const restarted =
      last && Object.keys(last.values).some((name) => (values[name] ?? 0) < last.values[name]);
    this.#samples.set(process, restarted ? [{ at, values }] : [...kept, { at, values }]);
    for (const [other, samples] of this.#samples)
      if (at - samples.at(-1).at > WINDOW_MS) this.#samples.delete(other);
  }

  /** @returns what was added within the newest `overMs`, by name, and per second; undefined before the second answer */
  grown(overMs) {
    const added = {};
    const perSecond = {};
    let known = false;
    for (const samples of this.#samples.values()) {
      const newest = samples.at(-1);
      const oldest = samples.find(({ at }) => newest.at - at <= overMs);
      const seconds = (newest.at - oldest.at) / 1_000;
      if (seconds === 0) continue;
      known = true;
      for (const [name, total] of Object.entries(newest.values)) {
        const more = total - (oldest.values[name] ?? 0);
        added[name] = (added[name] ?? 0) + more;
        perSecond[name] = (perSecond[name] ?? 0) + more / seconds;
      }
    }
    return known ? { added, perSecond } : undefined;
  }
}

/** The sum of all values, or of those named. */
export function sum(values, names = Object.keys(values)) {
  return names.reduce((total, name) => total + (values[name] ?? 0), 0);
}
