/** `--set ftrl.alpha=0.05`: settings by their path, named before anything starts; `loadSettings` checks the values. */
import { loadSettings, VARIABLES, type Settings } from '#config';
import { UsageError } from './terminal/exit.js';

/** Collects repeated options: for commander. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** @returns the same as environment variables. @throws UsageError for what is no setting */
export function overridesAsEnvironment(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at <= 0) throw new UsageError(`--set takes path=value, such as ftrl.alpha=0.05; got "${pair}"`);
      const path = pair.slice(0, at);
      const variable = VARIABLES.find((known) => known.path.join('.') === path);
      if (!variable)
        throw new UsageError(`there is no setting "${path}"; those of the models are ${modelPaths()}`);
      return [variable.name, pair.slice(at + 1)];
    }),
  );
}

/** Sections of the settings that decide a model's weights. */
export const MODEL_SECTIONS: readonly string[] = ['model', 'ftrl', 'fm', 'olr', 'debias'];

/**
 * What is set elsewhere would change nothing, and look as if it had been tried.
 * @param settings paths, or `path=value`
 * @throws UsageError
 */
export function onlyOf(sections: readonly string[], settings: readonly string[], why: string): void {
  for (const setting of settings) {
    const path = setting.split('=')[0]!;
    if (!sections.includes(path.split('.')[0]!))
      throw new UsageError(`${path} cannot be tried here: ${why} (settings of ${sections.join(', ')})`);
  }
}

function modelPaths(): string {
  return VARIABLES.filter(({ path }) => MODEL_SECTIONS.includes(path[0]!))
    .map(({ path }) => path.join('.'))
    .join(', ');
}

/** Settings with some replaced, whatever the others are. @throws UsageError, AppError REK_CONFIG_INVALID */
export function withOverrides(settings: Settings, pairs: readonly string[]): Settings {
  const wanted = loadSettings(overridesAsEnvironment(pairs));
  const changed = structuredClone(settings) as unknown as Tree;
  for (const pair of pairs) {
    const path = pair.slice(0, pair.indexOf('=')).split('.');
    place(changed, path)[path.at(-1)!] = place(wanted as unknown as Tree, path)[path.at(-1)!]!;
  }
  return changed as unknown as Settings;
}

type Tree = { [key: string]: Tree };

function place(tree: Tree, path: readonly string[]): Tree {
  return path.slice(0, -1).reduce((branch, key) => branch[key]!, tree);
}
