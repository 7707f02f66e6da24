/**
 * `--policy`: a name with parameters (`epsilon-greedy,explore=0.1`; `trending`), or JSON of settings
 * (`{"policy":"greedy","diversity":0.5,"ftrl.alpha":0.05}`). A name without a dot is a setting of `serving`.
 */
import type { Settings } from '#config';
import { PLAIN_SCORES, POLICY_NAMES, type PlainScore, type PolicyName } from '#ranking';
import { MODEL_SECTIONS, onlyOf, withOverrides } from '../setting-overrides.js';
import { UsageError } from '../terminal/exit.js';

export interface PolicyOption {
  /** As given. */
  readonly text: string;
  /** `--set` pairs. */
  readonly changes: readonly string[];
  readonly scoreBy?: PlainScore;
}

/** Plain scores run without chance, unless parameters say otherwise. */
const CERTAIN = 'serving.policy=greedy';

/** @throws UsageError */
export function parsePolicy(text: string): PolicyOption {
  const policy = parsed(text);
  onlyOf(['serving', ...MODEL_SECTIONS], policy.changes, 'users are those that the log made');
  return policy;
}

function parsed(text: string): PolicyOption {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return { text: trimmed, ...fromJson(trimmed) };
  const [name, ...parameters] = trimmed.split(',').map((part) => part.trim());
  const changes = parameters.map((pair) => {
    if (!/^[\w.]+=/.test(pair))
      throw new UsageError(`--policy takes name,setting=value,...; "${pair}" is no setting=value`);
    return pathOf(pair);
  });
  if (PLAIN_SCORES.includes(name as PlainScore))
    return { text: trimmed, changes: [CERTAIN, ...changes], scoreBy: name as PlainScore };
  if (POLICY_NAMES.includes(name as PolicyName))
    return { text: trimmed, changes: [`serving.policy=${name}`, ...changes] };
  if (name!.includes('=')) return { text: trimmed, changes: [pathOf(name!), ...changes] };
  throw new UsageError(
    `there is no policy "${name}"; those there are: ${[...POLICY_NAMES, ...PLAIN_SCORES].join(', ')}, or settings such as diversity=0.5`,
  );
}

/** @throws UsageError, AppError REK_CONFIG_INVALID */
export function settingsOfPolicy(settings: Settings, { changes }: PolicyOption): Settings {
  return withOverrides(settings, changes);
}

/** Names of the settings of `serving` that the policy says something about. */
export function servingNames({ changes }: PolicyOption): string[] {
  return changes
    .map((pair) => pair.slice(0, pair.indexOf('=')).split('.'))
    .flatMap(([group, name]) => (group === 'serving' ? [name!] : []));
}

/** Whether the model itself would be another. */
export function changesModel({ changes }: PolicyOption): boolean {
  return changes.some((pair) => !pair.startsWith('serving.'));
}

function fromJson(text: string): Omit<PolicyOption, 'text'> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new UsageError('--policy is not valid JSON');
  }
  const { scoreBy, ...settings } = given as Record<string, unknown>;
  if (scoreBy !== undefined && !PLAIN_SCORES.includes(scoreBy as PlainScore))
    throw new UsageError(`scoreBy takes ${PLAIN_SCORES.join(' or ')}`);
  const changes = Object.entries(settings).map(([path, value]) =>
    pathOf(`${path}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`),
  );
  return scoreBy === undefined
    ? { changes }
    : { changes: [CERTAIN, ...changes], scoreBy: scoreBy as PlainScore };
}

const pathOf = (pair: string): string =>
  pair.slice(0, pair.indexOf('=')).includes('.') ? pair : `serving.${pair}`;
