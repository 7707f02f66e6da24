/** An option that would change nothing is refused, instead of being taken for one that did. */
import type { Command } from 'commander';
import { UsageError } from '../terminal/exit.js';
import type { Dataset, SharedOption } from './dataset.js';

const SHARED: readonly SharedOption[] = [
  'dataFile',
  'dataFolder',
  'plot',
  'last',
  'compare',
  'ablate',
  'set',
];

/** @throws UsageError that says for which data sets the option works */
export function refuseWithoutUse(dataset: Dataset, command: Command, all: readonly Dataset[]): void {
  const useless = withoutUse(dataset, command.opts());
  for (const option of SHARED) {
    if (!useless.includes(option) || command.getOptionValueSource(option) !== 'cli') continue;
    const others = all.filter((other) => !withoutUse(other, {}).includes(option));
    throw new UsageError(
      `${flagOf(option)} says nothing to this report of ${dataset.name}: it is for ${others.map(({ name }) => name).join(', ')}`,
    );
  }
}

function withoutUse(dataset: Dataset, own: Readonly<Record<string, unknown>>): readonly SharedOption[] {
  return [...(dataset.without?.(own) ?? []), ...(dataset.ablates ? [] : (['ablate'] as const))];
}

/** `--data-file` of `dataFile` */
function flagOf(option: SharedOption): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
