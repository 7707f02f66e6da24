/**
 * Which settings hold at which place of the log. They stand in LOG themselves (`settings` entries of `log.item`), so a fold is a function
 * of the log alone: a rebuild goes by what held then, not by what is configured now.
 *
 *     place of the fold     before the first entry | from an entry to the next | from the last entry on
 *     settings              those of the first     | the entry's               | the last one's
 *
 * Only a log without any entry is folded by the configured ones. A host writes an entry before it folds anything (apps/actors), so
 * what stands in front of the first one was folded by the same.
 */
import { isDeepStrictEqual } from 'node:util';
import type { SettingsEvent } from '#events';
import { EXTRA_FEATURES, FEATURE_GROUPS } from '#features';
import { foldRules, type FoldRules, type FoldSettings } from './fold-rules.js';

interface Entry {
  readonly sequence: number;
  readonly settings: FoldSettings;
  readonly rules: FoldRules;
}

/** What a fold asks. */
export interface RulesInForce {
  /** @param sequence of LOG */
  at(sequence: number): FoldRules;
}

export class SettingsHistory implements RulesInForce {
  private readonly entries: Entry[] = [];
  private readonly configuredRules: FoldRules;

  /** @param asked hold everywhere, whatever stands in the log: for questions about other settings */
  constructor(
    readonly configured: FoldSettings,
    private readonly asked: Partial<FoldSettings> = {},
  ) {
    this.configuredRules = foldRules(configured);
  }

  /** LOG sequence of the last entry, 0 without any. */
  get through(): number {
    return this.entries.at(-1)?.sequence ?? 0;
  }

  /** Those that hold from the last entry on; undefined without any. */
  get newest(): FoldSettings | undefined {
    return this.entries.at(-1)?.settings;
  }

  at(sequence: number): FoldRules {
    const { entries } = this;
    if (entries.length === 0) return this.configuredRules;
    let i = entries.length - 1;
    while (i > 0 && entries[i]!.sequence > sequence) i--;
    return entries[i]!.rules;
  }

  /** An entry of LOG; one that was heard of before changes nothing. */
  record(sequence: number, { settings }: SettingsEvent): void {
    if (sequence < this.through) return;
    const read = { ...foldSettingsFrom(settings, this.configured), ...this.asked };
    const entry = { sequence, settings: read, rules: foldRules(read) };
    // Of one frame the last word counts.
    if (sequence === this.through && this.entries.length > 0) this.entries[this.entries.length - 1] = entry;
    else this.entries.push(entry);
  }
}

/** What stands in an entry. */
export function recordedSettings(settings: FoldSettings): SettingsEvent['settings'] {
  return JSON.parse(JSON.stringify(settings)) as SettingsEvent['settings']; // as it comes back from the log
}

/** Names of the settings that differ. */
export function changedSettings(before: FoldSettings, after: FoldSettings): (keyof FoldSettings)[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof FoldSettings>;
  return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

/** What an earlier version did not have is as configured, but for extra features; groups of features that only a later one has are none. */
function foldSettingsFrom(recorded: SettingsEvent['settings'], configured: FoldSettings): FoldSettings {
  const { withoutFeatures = configured.withoutFeatures, extraFeatures = [] } = recorded;
  return {
    ...configured,
    ...recorded,
    withoutFeatures: known(withoutFeatures, FEATURE_GROUPS),
    extraFeatures: known(extraFeatures, EXTRA_FEATURES),
  };
}

function known<T extends string>(names: readonly string[], all: readonly T[]): T[] {
  return names.filter((name): name is T => (all as readonly string[]).includes(name));
}
