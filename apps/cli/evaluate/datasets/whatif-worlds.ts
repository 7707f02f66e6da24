/**
 * `rekappa whatif` held against worlds that really ran: one policy is logged in many small simulated worlds, others are estimated from each
 * log, then run in the same world with the same users. No data are needed.
 */
import { InvalidArgumentError, Option } from 'commander';
import type { Settings } from '#config';
import {
  Coverage,
  SimulatedWorld,
  PROPENSITY_SOURCES,
  type PolicyCoverage,
  type PropensitySource,
  type WorldPolicy,
  type WorldSettings,
} from '#evaluation';
import { rankingSettingsOf } from '#ranking';
import { CliError } from '../../terminal/exit.js';
import { rehearsalOf } from '../context.js';
import type { Dataset, ReportTable } from '../dataset.js';

const DEFAULTS = [
  'model.bits=12',
  'fm.factors=4',
  'log.partitions=1',
  'actors.tickMs=10000',
  'interest.attributionSeconds=60',
];
const LOGGED: Readonly<Record<string, WorldPolicy>> = {
  'epsilon-greedy-0.3': { changes: { policy: 'epsilon-greedy', explore: 0.3 } },
  'plackett-luce-0.5': { changes: { policy: 'plackett-luce', explore: 0.5 } },
  'plackett-luce-1': { changes: { policy: 'plackett-luce', explore: 1 } },
};
const ASKED: Readonly<Record<string, WorldPolicy>> = {
  greedy: { changes: { policy: 'greedy' } },
  'epsilon-greedy-0.5': { changes: { policy: 'epsilon-greedy', explore: 0.5 } },
  'plackett-luce-0.2': { changes: { policy: 'plackett-luce', explore: 0.2 } },
  'plackett-luce-1': { changes: { policy: 'plackett-luce', explore: 1 } },
  trending: { changes: { policy: 'greedy' }, scoreBy: 'trending' },
  random: { changes: { policy: 'random' } },
};

export const whatIfWorlds: Dataset = {
  name: 'whatif-worlds',
  summary:
    'Simulated worlds: how often the intervals of `rekappa whatif` hold what another policy earns when it runs.',
  examples: [
    'rekappa evaluate whatif-worlds',
    'rekappa evaluate whatif-worlds --worlds 100 --lists 1000 --json',
  ],
  without: () => ['dataFile', 'dataFolder', 'plot', 'last', 'compare'],
  configure(command) {
    command
      .addOption(
        new Option('--logged <policy>', 'the policy that is logged; default: one after the other').choices(
          Object.keys(LOGGED),
        ),
      )
      .addOption(
        new Option('--asked <policies...>', 'the policies that are asked about; default: all')
          .choices(Object.keys(ASKED))
          .default(Object.keys(ASKED)),
      )
      .addOption(
        new Option('--propensities <source>', 'of the policy that was logged, as in `rekappa whatif`')
          .choices(PROPENSITY_SOURCES)
          .default('logged'),
      )
      .option('--worlds <n>', 'worlds of each policy that is logged', count, 40)
      .option('--users <n>', 'users of each world', count, 100)
      .option('--warm-up <n>', 'lists that the logged policy serves before the question begins', count, 300)
      .option('--lists <n>', 'lists that are asked about', count, 400)
      .option('--runs <n>', 'runs of each other policy in each world', count, 1);
  },
  async run(context) {
    const options = context.options as unknown as Options;
    const { worlds, lists, runs, logged: only, asked, warmUp, propensities } = options;
    const logs = Object.entries(LOGGED).filter(([name]) => only === undefined || name === only);
    const settings = worldSettings(context.settingsWith(DEFAULTS), options);
    const progress = context.progress('whatif-worlds', worlds * logs.length, 'worlds');
    const tables: ReportTable[] = [];
    const details: Record<string, Record<string, PolicyCoverage>> = {};
    let done = 0;
    for (const [name, logged] of logs) {
      const coverages = asked.map(() => new Coverage());
      for (let seed = 1; seed <= worlds; seed++) {
        // One world takes seconds: let an interruption be heard.
        await new Promise(setImmediate);
        if (context.signal.aborted) throw new CliError('interrupted');
        playWorld(settings, seed, logged, options, coverages);
        progress.update(++done, done);
      }
      const reports = coverages.map((coverage) => coverage.report());
      details[name] = Object.fromEntries(asked.map((policy, i) => [policy, reports[i]!]));
      tables.push(...tablesOf(name, details[name]));
    }
    progress.stop(done, done);
    return {
      dataset: 'whatif-worlds',
      input: {
        worlds,
        warmUp,
        lists,
        runs,
        propensities,
        users: settings.users,
        items: settings.items,
        slots: settings.slots,
      },
      tables,
      comparisons: [],
      curves: [],
      details,
    };
  },
};

interface Options {
  readonly logged?: string;
  readonly asked: readonly string[];
  readonly users: number;
  readonly warmUp: number;
  readonly propensities: PropensitySource;
  readonly worlds: number;
  readonly lists: number;
  readonly runs: number;
}

function worldSettings(settings: Settings, { users, warmUp, lists }: Options): WorldSettings {
  return {
    rehearsal: rehearsalOf(settings),
    ranking: rankingSettingsOf(settings),
    positiveTypes: settings.interest.positiveTypes,
    attributionSeconds: settings.interest.attributionSeconds,
    users,
    items: 30,
    slots: 4,
    warmUp,
    lists,
  };
}

function playWorld(
  settings: WorldSettings,
  seed: number,
  logged: WorldPolicy,
  { asked, runs, propensities }: Options,
  coverages: readonly Coverage[],
): void {
  const world = new SimulatedWorld(settings, seed);
  const others = asked.map((name) => ASKED[name]!);
  world.ask(logged, 0, others, propensities).forEach((answer, i) => {
    let earned = 0;
    for (let run = 1; run <= runs; run++) earned += world.run(others[i]!, run, logged, 0) / runs;
    coverages[i]!.add(answer, earned);
  });
}

function tablesOf(logged: string, asked: Readonly<Record<string, PolicyCoverage>>): ReportTable[] {
  const rate = (value: number): string => value.toFixed(4);
  const share = (value: number): string => value.toFixed(2);
  const off = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
  return [
    {
      title: `what the policies earn, clicks per item shown; logged: ${logged}`,
      columns: [
        'policy',
        'at the logged moments',
        'really run',
        'refused',
        'mean weight',
        '|ln(fitted / true)|',
      ],
      rows: [
        ['that ran', rate(Object.values(asked)[0]!.behaviour), '', '', '', ''],
        ...Object.entries(asked).map(([name, of]) => [
          name,
          rate(of.asLogged),
          rate(of.reallyRun),
          Object.entries(of.refused)
            .map(([code, worlds]) => `${worlds} ${code}`)
            .join(', '),
          of.weightMean.toFixed(3),
          of.fitError?.toFixed(3) ?? '',
        ]),
      ],
    },
    {
      title: `coverage of 95 % intervals; logged: ${logged}`,
      columns: [
        'policy',
        'estimator',
        'worlds',
        'hold as logged',
        'hold really run',
        'bias as logged',
        'bias really run',
        'width',
        'needed as logged',
        'needed really run',
      ],
      rows: Object.entries(asked).flatMap(([name, { estimators }]) =>
        estimators.map((of) => [
          name,
          of.name,
          of.estimates,
          share(of.holdsAsLogged),
          share(of.holdsReallyRun),
          off(of.biasAsLogged),
          off(of.biasReallyRun),
          rate(of.width),
          rate(of.neededAsLogged),
          rate(of.neededReallyRun),
        ]),
      ),
    },
  ];
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number from 1 on.');
  return value;
}
