import { environmentName, overridesAsEnvironment } from './setting-overrides.js';

describe('--set', () => {
  it('names settings by path', () => {
    expect(overridesAsEnvironment(['ftrl.alpha=0.05', 'learner.metricsWindow=500'])).toEqual({
      REKAPPA_FTRL_ALPHA: '0.05',
      REKAPPA_LEARNER_METRICS_WINDOW: '500',
    });
    expect(environmentName('model.noClickWeight')).toBe('REKAPPA_MODEL_NO_CLICK_WEIGHT');
  });

  it('refuses what is no setting, and lists those of the models', () => {
    expect(() => overridesAsEnvironment(['ftrl.alhpa=1'])).toThrow(/no setting "ftrl.alhpa".*ftrl.alpha/);
    expect(() => overridesAsEnvironment(['nonsense'])).toThrow('path=value');
  });
});
