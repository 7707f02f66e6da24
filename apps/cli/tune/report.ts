/** What a search found, for a person: the gain on later events, whether it can be noise, and what to set. */
import { VARIABLES } from '#config';
import type { BootstrapResult } from '#evaluation';
import { decimals, renderTable } from '../terminal/table.js';
import { MEASURES, type ObjectiveName } from './objective.js';
import type { Contender, TuneResult } from './tune.js';

/** The best on the later lists of those found on the early ones, if its gain is hardly chance. */
export function winner({ contenders }: TuneResult): Contender | undefined {
  return contenders
    .filter(({ gain }) => gain !== undefined && gain.low > 0)
    .reduce<Contender | undefined>((a, b) => (a && a.early <= b.early ? a : b), undefined);
}

/** `REKAPPA_FTRL_ALPHA=0.0503` of the winner. */
export function environmentLines(result: TuneResult): string[] {
  return Object.entries(winner(result)?.values ?? {}).map(([name, value]) => {
    const variable = VARIABLES.find(({ path }) => path.join('.') === name);
    return `${variable?.name ?? name}=${value}`;
  });
}

export function renderTuning(result: TuneResult, objective: ObjectiveName): string {
  const { title, of } = MEASURES[objective];
  const { contenders, lists, interrupted, swarmOverRandom } = result;
  const rows = contenders.map(({ name, early, late, gain, trials }) => [
    name,
    trials || undefined,
    decimals(of(early), 5),
    decimals(of(late), 5),
    gain && interval(gain),
  ]);
  const names = Object.keys(contenders.at(-1)!.values);
  const found = contenders.filter(({ trials }) => trials > 0);
  const values = names.map((setting) => [setting, ...found.map((own) => String(own.values[setting]))]);
  return [
    ...(interrupted ? ['Interrupted: the best so far.'] : []),
    `${title}; found on the first ${lists.early.toLocaleString('en')} lists, judged on the ${lists.late.toLocaleString('en')} after them`,
    renderTable(['', 'trials', 'early', 'later', 'gain on the later lists, 95 %'], rows),
    renderTable(['setting', ...found.map(({ name }) => name)], values),
    ...(swarmOverRandom
      ? [`Swarm against random search on the later lists: ${interval(swarmOverRandom)}`]
      : []),
    verdict(result),
  ].join('\n\n');
}

function verdict(result: TuneResult): string {
  const best = winner(result);
  if (!best) return 'No gain on the later lists that is more than chance: keep the present settings.';
  return [`The gain of the ${best.name} holds on later lists. To use it:`, ...environmentLines(result)].join(
    '\n',
  );
}

function interval({ difference, low, high }: BootstrapResult): string {
  return `${signed(difference)} (${signed(low)} to ${signed(high)})`;
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(5)}`;
