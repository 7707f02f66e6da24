import { loadSettings } from '#config';
import { collect, overridesAsEnvironment } from './setting-overrides.js';

describe('--set', () => {
  it('names settings by path, as often as wanted', () => {
    const pairs = collect('learner.metricsWindow=500', collect('ftrl.alpha=0.05'));
    const settings = loadSettings(overridesAsEnvironment(pairs));
    expect([settings.ftrl.alpha, settings.learner.metricsWindow]).toEqual([0.05, 500]);
  });

  it('refuses what is no setting, and lists those of the models', () => {
    expect(() => overridesAsEnvironment(['ftrl.alhpa=1'])).toThrow(/no setting "ftrl.alhpa".*ftrl.alpha/);
    expect(() => overridesAsEnvironment(['nonsense'])).toThrow('path=value');
  });
});
