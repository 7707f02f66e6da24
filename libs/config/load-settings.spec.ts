import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { AppError } from '#kernel';
import { loadSettings, settingsSchema, VARIABLES, type Environment, type SettingProblem } from './index.js';
import { configurationPage, environmentExample } from './settings-documents.js';

function problemsOf(env: Environment): SettingProblem[] {
  try {
    loadSettings(env);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('REK_CONFIG_INVALID');
    const problems = (error as AppError).details!['problems'] as SettingProblem[];
    for (const { variable } of problems) expect((error as AppError).message).toContain(variable);
    return problems;
  }
  return [];
}

describe('settings', () => {
  it('need nothing: every one has a default', () => {
    const settings = loadSettings({});
    expect(settings.http.port).toBe(8080);
    expect(settings.interest.weights['click']).toBe(1);
    expect(settings.interest.positiveTypes).toContain('purchase');
  });

  it('come from the environment, and from overrides before it', () => {
    const env = {
      NATS_URL: 'nats://a:4222',
      PORT: '9000',
      REKAPPA_FTRL_ALPHA: '0.05',
      REKAPPA_INTEREST_POSITIVE_TYPES: 'click, purchase',
      REKAPPA_INTEREST_WEIGHTS: '{"wishlist":2.5}',
      REKAPPA_LOG_PARTITIONS: '',
    };
    const settings = loadSettings(env, { http: { port: 9100 }, namespace: 'acme' });
    expect(settings).toMatchObject({
      namespace: 'acme',
      natsUrl: 'nats://a:4222',
      http: { port: 9100, host: '127.0.0.1' },
      log: { partitions: 16 },
      ftrl: { alpha: 0.05 },
      interest: { positiveTypes: ['click', 'purchase'], weights: { click: 1, wishlist: 2.5 } },
    });
  });

  it('are frozen to their depths', () => {
    const settings = loadSettings({});
    expect(() => ((settings.ftrl as { alpha: number }).alpha = 1)).toThrow(TypeError);
    expect(() => (settings.interest.positiveTypes as string[]).push('view')).toThrow(TypeError);
  });

  it('name every mistake at once, with what is allowed', () => {
    const problems = problemsOf({
      PORT: '70000',
      REKAPPA_LOG_LEVEL: 'loud',
      REKAPPA_FTRL_ALPHA: 'NaN',
      REKAPPA_INTEREST_WEIGHTS: '{not json',
      REKAPPA_FRTL_ALPHA: '1',
    });
    const allowed = Object.fromEntries(problems.map((problem) => [problem.variable, problem.allowed]));
    expect(Object.keys(allowed).sort()).toEqual(
      [
        'PORT',
        'REKAPPA_FRTL_ALPHA',
        'REKAPPA_FTRL_ALPHA',
        'REKAPPA_INTEREST_WEIGHTS',
        'REKAPPA_LOG_LEVEL',
      ].sort(),
    );
    expect(allowed['PORT']).toBe('an integer from 0 up to 65535');
    expect(allowed['REKAPPA_FTRL_ALPHA']).toBe('a number above 0');
    expect(allowed['REKAPPA_FRTL_ALPHA']).toBe('did you mean REKAPPA_FTRL_ALPHA?');
    expect(allowed['REKAPPA_LOG_LEVEL']).toContain('one of fatal');
    expect(allowed['REKAPPA_INTEREST_WEIGHTS']).toBe('a JSON object of names and numbers');
  });

  it('refuse what contradicts itself', () => {
    expect(
      problemsOf({ REKAPPA_SERVING_CANDIDATES_MAX: '100', REKAPPA_SERVING_COARSE_MAX: '101' }),
    ).toHaveLength(1);
    expect(problemsOf({ REKAPPA_INTEREST_POSITIVE_TYPES: 'click,skip' })[0]!.problem).toContain(
      'skip has no positive weight',
    );
  });

  it('leave other variables alone', () => {
    expect(problemsOf({ HOME: '/root', REKAPPA_URL: 'http://127.0.0.1:1', PATH: '' })).toEqual([]);
  });
});

describe('variables', () => {
  it('have unique names, descriptions and defaults that parse to the schema’s own', () => {
    expect(new Set(VARIABLES.map(({ name }) => name)).size).toBe(VARIABLES.length);
    for (const { description } of VARIABLES) expect(description).toMatch(/\.$/);
    const env = Object.fromEntries(VARIABLES.map(({ name, defaultText }) => [name, defaultText]));
    expect(loadSettings(env)).toEqual(settingsSchema.parse({}));
  });

  it('say their defaults where the schema transforms them, and what their lists are of', () => {
    const said = (name: string) => {
      const { defaultText, allowed } = VARIABLES.find((variable) => variable.name === name)!;
      return [defaultText, allowed];
    };
    const names = 'names separated by commas';
    expect(said('REKAPPA_INTEREST_LIKE_TYPES')).toEqual(['like,share', names]);
    expect(said('REKAPPA_HTTP_CORS_ORIGINS')).toEqual(['', names]);
    expect(said('REKAPPA_INTEREST_WEIGHTS')[0]).toMatch(/^{"view":0.5,.*}$/);
    const [segments, allowed] = said('REKAPPA_INTEREST_SEGMENTS');
    expect(JSON.parse(segments!)).toHaveLength(2);
    expect(allowed).toBe('a JSON list of objects');
    for (const list of ['SERVING_RULES', 'SERVING_COLD_START', 'HTTP_API_KEYS', 'EXPERIMENTS'])
      expect(said(`REKAPPA_${list}`)).toEqual(['', 'a JSON list of objects']);
  });

  it('stand in .env.example as a file .env has them', () => {
    const file = environmentExample().replaceAll(/^#(?=[A-Z0-9_]+=)/gm, '');
    const env = parseEnv(file) as Environment;
    expect(env).toEqual(Object.fromEntries(VARIABLES.map(({ name, defaultText }) => [name, defaultText])));
  });

  it.each([
    ['.env.example', environmentExample],
    ['docs/configuration.md', configurationPage],
  ])('%s is what the schema makes (node dist/libs/config/write-documents.js)', (path, make) => {
    expect(readFileSync(path, 'utf8')).toBe(make());
  });
});

describe('business rules', () => {
  const problemsIn = (rules: unknown) =>
    problemsOf({ REKAPPA_SERVING_RULES: typeof rules === 'string' ? rules : JSON.stringify(rules) });

  it('come as a JSON list', () => {
    const rules = [{ name: 'in stock', filter: 'item.attributes.stock > 0' }];
    expect(loadSettings({ REKAPPA_SERVING_RULES: JSON.stringify(rules) }).serving.rules).toEqual(rules);
    expect(loadSettings({}).serving.rules).toEqual([]);
  });

  it('are refused at start with the rule, the field, the character and what to do', () => {
    expect(problemsIn('[{')).toMatchObject([
      { variable: 'REKAPPA_SERVING_RULES', problem: 'is not valid JSON' },
    ]);
    expect(problemsIn([{ name: 'both', filter: 'true', boost: 2 }])).toMatchObject([
      { variable: 'REKAPPA_SERVING_RULES', problem: '0: give either filter or boost' },
    ]);
    expect(
      problemsIn([
        { name: 'good', boost: 2 },
        { name: 'bad', filter: 'item.colour == 1' },
      ]),
    ).toMatchObject([
      { problem: expect.stringMatching(/^1\.filter: No such key: colour, at character 6: an item has/) },
    ]);
  });
});
