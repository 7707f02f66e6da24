/** `--set ftrl.alpha=0.05`: settings by their path, checked against the schema before anything starts. */
import { settingsSchema } from '#config';
import { UsageError } from './terminal/exit.js';

/** Collects repeated options: for commander. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** @returns the same as environment variables, which `loadSettings` parses and checks. @throws UsageError */
export function overridesAsEnvironment(pairs: readonly string[]): Record<string, string> {
  const known = new Set(settingPaths(settingsSchema.parse({})));
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at <= 0) throw new UsageError(`--set takes path=value, such as ftrl.alpha=0.05; got "${pair}"`);
      const path = pair.slice(0, at);
      if (!known.has(path)) throw new UsageError(`there is no setting "${path}"; the settings of the models are ${modelPaths(known)}`);
      return [environmentName(path), pair.slice(at + 1)];
    }),
  );
}

/** `learner.metricsWindow` → `REKAPPA_LEARNER_METRICS_WINDOW`. */
export function environmentName(path: string): string {
  return `REKAPPA_${path.replaceAll('.', '_').replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function settingPaths(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, child]) => {
    const path = prefix + key;
    return typeof child === 'object' && child !== null && !Array.isArray(child) && path !== 'interest.weights' ? settingPaths(child, `${path}.`) : [path];
  });
}

function modelPaths(known: ReadonlySet<string>): string {
  return [...known].filter((path) => /^(model|ftrl|fm|olr|statistics|blend)\./.test(path)).join(', ');
}
