/** What a data set works with: settings, files, progress. */
import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { loadSettings, type Settings } from '#config';
import type { RehearsalSettings } from '#evaluation';
import { foldSettingsOf } from '#interest';
import { modelSettingsOf } from '#learning';
import { overridesAsEnvironment } from '../setting-overrides.js';
import { UsageError } from '../terminal/exit.js';
import { Progress } from '../terminal/progress.js';
import type { EvaluationContext, SharedOptions } from './dataset.js';

/** @throws UsageError for a setting that does not exist, AppError REK_CONFIG_INVALID for a wrong value */
export function evaluationContext(
  options: SharedOptions & Record<string, unknown>,
  signal: AbortSignal,
): EvaluationContext {
  const settingsWith = (defaults: readonly string[]): Settings =>
    loadSettings(overridesAsEnvironment([...defaults, ...options.set]));
  return {
    options,
    settings: settingsWith([]),
    settingsWith,
    file: fileFinder(options),
    progress: (label, total, unit) => new Progress({ label, total, unit }),
    signal,
  };
}

/** What a rehearsal needs of the settings. */
export function rehearsalOf(settings: Settings): RehearsalSettings {
  return {
    partitions: settings.log.partitions,
    fold: foldSettingsOf(settings),
    model: modelSettingsOf(settings),
    tickMs: settings.actors.tickMs,
  };
}

function fileFinder({ dataFile, dataFolder }: SharedOptions): (relative: string) => Promise<string> {
  let main: string | undefined;
  return async (relative) => {
    main ??= relative;
    if (dataFile !== undefined && relative === main) return existing(dataFile, dataFile);
    const folder = dataFolder ?? (dataFile === undefined ? undefined : dirname(dataFile));
    if (folder !== undefined) {
      const path = join(folder, basename(relative));
      return existing(path, path);
    }
    const data = process.env.REKAPPA_DATA;
    if (!data)
      throw new UsageError(`${relative} is looked for in $REKAPPA_DATA, which is not set. ${ADVICE}`);
    return existing(join(data, relative), `$REKAPPA_DATA/${relative}`);
  };
}

const ADVICE =
  'Set REKAPPA_DATA to the folder of data sets, or name the file with --data-file or its folder with --data-folder';

async function existing(path: string, shown: string): Promise<string> {
  const other = path.endsWith('.gz') ? path.slice(0, -'.gz'.length) : `${path}.gz`;
  for (const candidate of [path, other]) {
    const found = await access(candidate).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  throw new UsageError(`${shown} does not exist. ${ADVICE}`);
}
