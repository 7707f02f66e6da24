/** The settings of a shadow: those of the live model, which may have been promoted with its own, and what `--set` changes. */
import type { Settings } from '#config';
import { modelSettingsOf, type AlsSettings, type ModelSettings } from '#learning';
import { MODEL_SECTIONS, onlyOf, withOverrides } from '../setting-overrides.js';

/** Undefined when nothing is to change. @throws UsageError, AppError REK_CONFIG_INVALID */
export function changedModel(
  present: ModelSettings,
  settings: Settings,
  pairs: readonly string[],
  als: AlsSettings | undefined,
): ModelSettings | undefined {
  if (pairs.length === 0 && !als) return undefined;
  onlyOf([...MODEL_SECTIONS, 'learner'], pairs, 'the model is made again, from the samples that there are');
  const { bits, noClickWeight, seed, ftrl, fm, olr, debias, statistics, metricsWindow } = present;
  const live: Settings = {
    ...settings,
    ftrl,
    fm: { ...fm, distillation: fm.distillation ?? 0 },
    olr,
    debias,
    model: {
      ...settings.model,
      bits,
      noClickWeight,
      seed,
      holdSeconds: present.holdSeconds,
      withoutSignals: [...(present.withoutSignals ?? [])],
    },
    learner: { ...settings.learner, metricsWindow },
  };
  const changed = modelSettingsOf(withOverrides(live, pairs));
  const fitted = als ?? present.als;
  return {
    ...changed,
    statistics,
    ...(fitted && { als: fitted }),
  };
}
