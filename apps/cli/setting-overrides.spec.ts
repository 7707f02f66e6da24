import { loadSettings } from '#config';
import { collect, overridesAsEnvironment, withOverrides } from './setting-overrides.js';

describe('--set', () => {
  it('names settings by path, as often as wanted', () => {
    const pairs = collect('learner.metricsWindow=500', collect('ftrl.alpha=0.05'));
    const settings = loadSettings(overridesAsEnvironment(pairs));
    expect([settings.ftrl.alpha, settings.learner.metricsWindow]).toEqual([0.05, 500]);
  });

  it('changes what it names, even back to the default, and nothing else', () => {
    const present = loadSettings({ REKAPPA_FTRL_ALPHA: '0.7', REKAPPA_FM_ALPHA: '0.2' });
    const changed = withOverrides(present, ['ftrl.alpha=0.1']);
    expect(changed).toEqual({ ...present, ftrl: { ...present.ftrl, alpha: 0.1 } });
  });

  it('refuses what is no setting, and lists those of the models', () => {
    expect(() => overridesAsEnvironment(['ftrl.alhpa=1'])).toThrow(/no setting "ftrl.alhpa".*ftrl.alpha/);
    expect(() => overridesAsEnvironment(['nonsense'])).toThrow('path=value');
  });
});
