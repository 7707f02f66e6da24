/** `rekappa whatif`: what another policy would have earned, estimated from the log of the one that ran. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  CLICK_ASSUMPTIONS,
  PROPENSITY_SOURCES,
  REWARDS,
  type ClickAssumption,
  type PropensitySource,
  type Reward,
  type WhatIfReport,
} from '#evaluation';
import { dataOption } from '../connection.js';
import { withSession } from '../session.js';
import { share } from '../terminal/arguments.js';
import { UsageError } from '../terminal/exit.js';
import { interruptible } from '../terminal/interrupt.js';
import { printJson, printLine } from '../terminal/print.js';
import { Progress } from '../terminal/progress.js';
import { renderTable } from '../terminal/table.js';
import { changesModel, parsePolicy, servingNames, settingsOfPolicy } from '../what-if/policy-option.js';
import { replayWhatIf } from '../what-if/replay-what-if.js';

interface WhatIfCommandOptions {
  data: string;
  policy: string;
  from?: number;
  to?: number;
  last?: number;
  share: number;
  assume: ClickAssumption;
  propensities: PropensitySource;
  reward: Reward;
  json: boolean;
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export function registerWhatIf(program: Command): void {
  program
    .command('whatif')
    .description('What another policy would have earned, estimated from the log; or why the log cannot say.')
    .requiredOption(
      '--policy <policy>',
      'name,setting=value,... or JSON of settings: greedy; epsilon-greedy,explore=0.1; trending; {"diversity":0.5}',
    )
    .option('--from <time>', 'lists served from this time on (ISO 8601)', time)
    .option('--to <time>', 'lists served before this time (ISO 8601)', time)
    .option('--last <duration>', 'lists served in the last 90m, 12h, 7d ...', duration)
    .option('--share <share>', 'look at this share of the lists only: faster, less certain', share, 1)
    .addOption(
      new Option('--assume <assumption>', 'what a click depends on: docs/off-policy.md')
        .choices(CLICK_ASSUMPTIONS)
        .default('item-position'),
    )
    .addOption(
      new Option(
        '--propensities <source>',
        'the chances of the policy that ran: logged with our lists, sent by clients with what they have shown, or fitted where there are none',
      )
        .choices(PROPENSITY_SOURCES)
        .default('logged'),
    )
    .addOption(
      new Option(
        '--reward <reward>',
        'what an item shown earns: a click, or what came of it (docs/off-policy.md)',
      )
        .choices(REWARDS)
        .default('click'),
    )
    .option('--json', 'print as JSON', false)
    .addOption(dataOption())
    .addHelpText(
      'after',
      '\nExamples:\n  rekappa whatif --policy greedy --last 7d\n  rekappa whatif --policy epsilon-greedy,explore=0.1 --json\n' +
        '  rekappa whatif --policy conversionValue=20 --reward conversion\n' +
        '  rekappa whatif --policy \'{"diversity":0.5,"ftrl.alpha":0.05}\' --share 0.2',
    )
    .action((options: WhatIfCommandOptions) => interruptible((signal) => whatIf(options, signal)));
}

async function whatIf(options: WhatIfCommandOptions, signal: AbortSignal): Promise<void> {
  if (options.propensities === 'fitted' && options.assume === 'cascade')
    throw new UsageError('--assume cascade takes its propensities from the log: they cannot be fitted');
  if (options.propensities === 'shown' && options.assume !== 'cascade')
    throw new UsageError(
      '--propensities shown are chances given the items above, which say nothing of a slot by itself: they need --assume cascade',
    );
  if (options.last !== undefined && options.from !== undefined)
    throw new UsageError('--last and --from both say where the lists begin: give one');
  const policy = parsePolicy(options.policy);
  const report = await withSession(options.data, async ({ topology, settings, keys }) =>
    replayWhatIf(topology, {
      partitions: topology.partitions,
      settings,
      keys,
      other: {
        settings: settingsOfPolicy(settings, policy),
        asked: servingNames(policy),
        ownModel: changesModel(policy),
        ...(policy.scoreBy && { scoreBy: policy.scoreBy }),
      },
      window: {
        from: options.last === undefined ? options.from : Date.now() - options.last,
        to: options.to,
        share: options.share,
        assumption: options.assume,
        propensities: options.propensities,
        reward: options.reward,
      },
      progress: new Progress({ label: 'whatif', total: await topology.log.head(), unit: 'events' }),
      signal,
    }),
  );
  if (options.json) return printJson({ policy: policy.text, assumption: options.assume, ...report });
  print(policy.text, report, options.assume);
}

function print(policy: string, report: WhatIfReport, assumption: ClickAssumption): void {
  const { diagnostics, estimates, refusal, behaviour, behaviourInterval } = report;
  const ran = Object.entries(report.policies).map(
    ([name, lists]) => `${name} (${lists.toLocaleString('en')})`,
  );
  const kind = report.propensities === 'logged' ? 'served' : 'looked at';
  printLine(
    `${report.lists.toLocaleString('en')} lists ${kind}, ${report.shown.toLocaleString('en')} shown; ${earned(report)}; policy that ran: ${ran.join(', ') || 'none'}`,
  );
  if (report.propensities !== 'logged') printLine(SOURCES[report.propensities]);
  if (refusal) return printLine(`\nno estimate for ${policy}: ${refusal.reason} (${refusal.code})`);
  const rows = [
    ['policy that ran', rate(behaviour), interval(behaviourInterval), ''],
    ...estimates.map((e) => [
      `${policy}, ${e.name}`,
      rate(e.value),
      interval(e),
      `${signed(e.advantage.value)} (${signed(e.advantage.low)} to ${signed(e.advantage.high)})`,
    ]),
  ];
  printLine(`\n${renderTable([report.unit, 'estimate', '95 %', 'more than what ran'], rows)}`);
  printLine(
    `\n${Math.round(diagnostics.effectiveSamples).toLocaleString('en')} effective of ${diagnostics.samples.toLocaleString('en')} slots, ` +
      `largest weight ${diagnostics.weightMax.toFixed(1)}, mean weight ${diagnostics.weightMean.toFixed(3)}` +
      `${diagnostics.support === undefined ? '' : `, support ${(diagnostics.support * 100).toFixed(1)} %`}; ` +
      `${foundAgain(report)}; assumed: ${assumption}` +
      `${diagnostics.withoutPropensity > 0 ? `; ${diagnostics.withoutPropensity.toLocaleString('en')} slots left out, which the policy that ran could not be seen to choose` : ''}`,
  );
}

/** How much there is to tell it from. */
function earned({ reward, outcomes }: WhatIfReport): string {
  const name = reward === 'dwell' ? 'stay' : reward;
  return `${outcomes.toLocaleString('en')} ${name}${outcomes === 1 ? '' : 's'}`;
}

/** What an estimate rests on when our own lists say nothing. */
const SOURCES = {
  shown: 'propensities are those that clients sent with what they have shown; nobody can check them',
  fitted:
    'propensities are FITTED to what was shown, not known: what the policy that ran has chosen by besides is in no estimate, and in no interval',
} as const;

function foundAgain({ lists, reproduced, leftOut: reasons, ...report }: WhatIfReport): string {
  if (report.propensities === 'fitted') return 'propensities fitted';
  const out = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  const share =
    reproduced === undefined
      ? `${(100 - (out / lists) * 100).toFixed(1)} % of the lists weighed`
      : `${(reproduced * 100).toFixed(1)} % of the lists found again`;
  return `${share}${leftOut({ ...report, lists, leftOut: reasons })}`;
}

/** Why the others were not, and whether leaving them out selects. */
function leftOut({ leftOut: reasons, behaviourOfAll }: WhatIfReport): string {
  const named = Object.entries(reasons).map(([reason, lists]) => `${lists.toLocaleString('en')} ${reason}`);
  return named.length === 0 ? '' : ` (not: ${named.join(', ')}; all lists earned ${rate(behaviourOfAll)})`;
}

const rate = (value: number): string => value.toFixed(5);
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(5)}`;
const interval = (of: { low: number; high: number } | undefined): string =>
  of ? `${rate(of.low)} to ${rate(of.high)}` : '';

function time(value: string): number {
  const at = Date.parse(value);
  if (Number.isNaN(at)) throw new InvalidArgumentError('give a time such as 2026-01-31T12:00:00Z.');
  return at;
}

function duration(value: string): number {
  const match = /^(\d+(?:\.\d+)?)([mhd])$/.exec(value);
  if (!match) throw new InvalidArgumentError('give a duration such as 90m, 12h or 7d.');
  return Number(match[1]) * UNIT_MS[match[2]!]!;
}
