import { loadSettings } from '#config';
import { changesModel, parsePolicy, settingsOfPolicy } from './policy-option.js';

describe('--policy', () => {
  const settings = loadSettings({});

  it('takes a name with parameters', () => {
    const option = parsePolicy('epsilon-greedy,explore=0.1');
    expect(settingsOfPolicy(settings, option).serving).toMatchObject({
      policy: 'epsilon-greedy',
      explore: 0.1,
    });
    expect(changesModel(option)).toBe(false);
    expect(parsePolicy('trending')).toMatchObject({
      scoreBy: 'trending',
      changes: ['serving.policy=greedy'],
    });
  });

  it('refuses what the log has settled: it would change nothing, and look as if it had been tried', () => {
    expect(() => parsePolicy('interest.halfLifeSeconds=3600')).toThrow(
      /interest.halfLifeSeconds cannot be tried/,
    );
    expect(() => parsePolicy('{"policy":"greedy","log.packMs":3}')).toThrow(/log.packMs cannot be tried/);
  });

  it('takes settings, of serving or of the model, as pairs or as JSON', () => {
    expect(settingsOfPolicy(settings, parsePolicy('diversity=0.5')).serving.diversity).toBe(0.5);
    const option = parsePolicy('{"policy":"greedy","ftrl.alpha":0.2}');
    expect(settingsOfPolicy(settings, option)).toMatchObject({
      serving: { policy: 'greedy' },
      ftrl: { alpha: 0.2 },
    });
    expect(changesModel(option)).toBe(true);
  });

  it.each(['nonsense', 'greedy,explore', '{"scoreBy":"magic"}', '{', 'no.such.setting=1'])(
    'refuses %s',
    (text) => {
      expect(() => settingsOfPolicy(settings, parsePolicy(text))).toThrow();
    },
  );
});
