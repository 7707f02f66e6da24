/**
 * Environment → Settings, checked as a whole: one error names every bad variable, what is wrong with it and
 * what is allowed. A misspelt REKAPPA_* variable is an error too: a setting that is silently ignored
 * is worse than a process that does not start. An empty variable counts as unset.
 */
import { AppError } from '#kernel';
import { ruleProblems } from '#rules';
import { settingsSchema, type Settings } from './settings.js';
import { nearestName } from './nearest-name.js';
import { OTHER_VARIABLES, VARIABLES, variableName } from './variables.js';

export type Environment = Readonly<Record<string, string | undefined>>;
export type SettingsOverrides = {
  readonly [K in keyof Settings]?: Settings[K] extends object ? Partial<Settings[K]> : Settings[K];
};

export interface SettingProblem {
  readonly variable: string;
  readonly problem: string;
  readonly allowed: string;
}

/**
 * @param overrides win over the environment.
 * @returns deep-frozen settings.
 * @throws AppError REK_CONFIG_INVALID; `details.problems` is a SettingProblem[].
 */
export function loadSettings(env: Environment = process.env, overrides: SettingsOverrides = {}): Settings {
  const problems = unknownVariables(env);
  const parsed = settingsSchema.safeParse(merge(inputOf(env), overrides));
  if (parsed.success) problems.push(...contradictions(parsed.data));
  else
    for (const { path, message } of parsed.error.issues) problems.push(problemAt(path.map(String), message));
  if (problems.length > 0) throw invalid(problems);
  return deepFreeze(parsed.data!);
}

type Tree = { [key: string]: unknown };

function inputOf(env: Environment): Tree {
  const input: Tree = {};
  for (const { name, path } of VARIABLES) {
    const value = env[name];
    if (value === undefined || value === '') continue;
    let place = input;
    for (const key of path.slice(0, -1)) place = (place[key] ??= {}) as Tree;
    place[path.at(-1)!] = value;
  }
  return input;
}

function merge(input: Tree, overrides: SettingsOverrides): Tree {
  for (const [key, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    const nested = typeof value === 'object' && value !== null && !Array.isArray(value);
    input[key] = nested ? { ...(input[key] as Tree | undefined), ...value } : value;
  }
  return input;
}

function unknownVariables(env: Environment): SettingProblem[] {
  const known = new Set([...VARIABLES.map(({ name }) => name), ...Object.keys(OTHER_VARIABLES)]);
  return Object.keys(env)
    .filter((name) => name.startsWith('REKAPPA_') && !known.has(name))
    .map((name) => {
      const nearest = nearestName(name, known);
      return {
        variable: name,
        problem: 'is not a setting',
        allowed: nearest ? `did you mean ${nearest}?` : 'see docs/configuration.md',
      };
    });
}

/** What the fields allow one by one but not together. */
function contradictions({ interest, serving }: Settings): SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (interest.shortHalfLifeSeconds > interest.halfLifeSeconds) {
    problems.push(
      problemAt(
        ['interest', 'shortHalfLifeSeconds'],
        `exceeds ${variableName(['interest', 'halfLifeSeconds'])}`,
      ),
    );
  }
  if (serving.coarseMax > serving.candidatesMax) {
    problems.push(
      problemAt(['serving', 'coarseMax'], `exceeds ${variableName(['serving', 'candidatesMax'])}`),
    );
  }
  for (const { path, problem } of ruleProblems(serving.rules))
    problems.push(problemAt(['serving', 'rules', path], problem));
  for (const type of interest.positiveTypes) {
    if ((interest.weights[type] ?? 0) <= 0) {
      problems.push(
        problemAt(
          ['interest', 'positiveTypes'],
          `${type} has no positive weight in ${variableName(['interest', 'weights'])}`,
        ),
      );
    }
  }
  return problems;
}

function problemAt(path: readonly string[], problem: string): SettingProblem {
  const variable = VARIABLES.find((known) => known.path.every((key, at) => path[at] === key));
  const within = variable && path.slice(variable.path.length).join('.');
  return {
    variable: variable?.name ?? path.join('.'),
    problem: within ? `${within}: ${problem}` : problem,
    allowed: variable?.allowed ?? '',
  };
}

function invalid(problems: readonly SettingProblem[]): AppError {
  const lines = problems.map(
    ({ variable, problem, allowed }) => `  ${variable}: ${problem}${allowed ? ` (${allowed})` : ''}`,
  );
  return new AppError(
    'REK_CONFIG_INVALID',
    `the configuration has ${problems.length === 1 ? 'an error' : `${problems.length} errors`}:\n${lines.join('\n')}`,
    { problems },
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}
