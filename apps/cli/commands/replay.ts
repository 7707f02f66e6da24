/** `rekappa replay`: rebuild a model from FEEDBACK, or everything from LOG; verify, compare settings, promote. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { carefulIfNeeded } from '#evaluation';
import { foldSettingsOf } from '#interest';
import { ALS_DEFAULTS, modelSettingsOf, OnlineModel, type AlsSettings } from '#learning';
import { openStore } from '#store';
import { dataOption } from '../connection.js';
import { changedModel } from '../replay/changed-model.js';
import { FACTOR_HITS_TOP, FactorHits } from '../replay/factor-hits.js';
import { promote } from '../replay/promote.js';
import { rebuildLog } from '../replay/rebuild-log.js';
import { rebuildModels } from '../replay/rebuild-models.js';
import { askedSettings, settingsInLog } from '../replay/settings-in-log.js';
import { lastSequence, parseUntil, type Until } from '../replay/until.js';
import { verifyLog, verifyModel, type Check } from '../replay/verification.js';
import { withSession, type Session } from '../session.js';
import { audit } from '../operator.js';
import { collect, withOverrides } from '../setting-overrides.js';
import { CliError, UsageError } from '../terminal/exit.js';
import { interruptible } from '../terminal/interrupt.js';
import { printJson, printLine } from '../terminal/print.js';
import { Progress } from '../terminal/progress.js';
import { renderTable } from '../terminal/table.js';
import { compareLosses, lossTable } from '../terminal/losses.js';

interface ReplayOptions {
  data: string;
  fromLog: boolean;
  verify: boolean;
  set: string[];
  promote: boolean;
  als?: number;
  until?: Until;
  json: boolean;
}

export function registerReplay(program: Command): void {
  program
    .command('replay')
    .description('Rebuild the model from FEEDBACK (or, with --from-log, everything from LOG) into a shadow.')
    .option('--from-log', 'fold LOG again: users, feedback records and model', false)
    .option(
      '--verify',
      'compare SHA-256 of what is rebuilt with the live processes at the same sequence',
      false,
    )
    .addOption(
      new Option(
        '--set <path=value>',
        'rebuild with another value of a setting, beside the present ones; repeatable',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .option(
      '--als [share]',
      'fit the factors of users and items as a whole, by alternating least squares, after this share of FEEDBACK (1: at its end)',
      parseShare,
    )
    .option(
      '--promote',
      'make the model rebuilt from FEEDBACK the live one, without a restart or a gap; not with --from-log',
      false,
    )
    .option(
      '--until <sequence|time>',
      'stop after this stream sequence, or at this time (ISO 8601)',
      parseUntil,
    )
    .option('--json', 'print results as JSON', false)
    .addOption(dataOption())
    .addHelpText(
      'after',
      '\nExamples:\n  rekappa replay --verify                     the live model is what FEEDBACK makes\n' +
        '  rekappa replay --from-log --verify          and FEEDBACK and all users are what LOG makes\n' +
        '  rekappa replay --set ftrl.alpha=0.05        what another learning rate would have done\n' +
        '  rekappa replay --set ftrl.alpha=0.05 --promote\n' +
        '  rekappa replay --als 0.9                    would factors fitted as a whole foretell the last tenth better?\n' +
        '  rekappa replay --als --promote',
    )
    .action((options: ReplayOptions) => interruptible((signal) => replay(options, signal)));
}

async function replay(options: ReplayOptions, signal: AbortSignal): Promise<void> {
  if (options.verify && (options.set.length > 0 || options.als || options.promote || options.until))
    throw new UsageError('--verify goes alone: it rebuilds with the live settings, to the live sequence');
  if ((options.promote || options.als) && options.fromLog)
    throw new UsageError('--promote and --als take a model rebuilt from FEEDBACK: leave --from-log away');
  await withSession(options.data, (session) => {
    if (options.verify) return verify(session, options, signal);
    return options.fromLog
      ? rebuildEverything(session, options, signal)
      : rebuildModel(session, options, signal);
  });
}

async function verify(
  { topology, hosts, learner, settings, keys }: Session,
  options: ReplayOptions,
  signal: AbortSignal,
): Promise<void> {
  const { settings: live } = await learner.status();
  const modelHash = await learner.hash();
  const checks = await verifyModel(topology.feedback, modelHash, live, {
    progress: bar('model', modelHash.sequence, 'samples'),
    signal,
  });
  if (options.fromLog) {
    const answers = await hosts.hash();
    if (answers.length === 0) throw new CliError('no actor host answers: start Rekappa, then verify');
    const last = Math.max(0, ...answers.flatMap((host) => host.partitions.map((p) => p.sequence)));
    checks.push(
      ...(await verifyLog(
        topology,
        answers,
        foldSettingsOf(settings),
        {
          progress: bar('log', last, 'events'),
          signal,
        },
        keys,
      )),
    );
  }
  const failed = checks.filter((check) => !check.ok);
  if (options.json) printJson({ ok: failed.length === 0, checks });
  else printLine(checkTable(checks));
  if (failed.length > 0)
    throw new CliError(
      `${failed.length} of ${checks.length} checks failed: ${failed[0]!.what} is not what its log makes`,
    );
  if (!options.json) printLine(`\nall ${checks.length} equal`);
}

/** From FEEDBACK: the present settings, and beside them the changed ones. */
async function rebuildModel(session: Session, options: ReplayOptions, signal: AbortSignal): Promise<void> {
  const { topology, learner, hosts, settings } = session;
  const present = await learner.status().then(
    (status) => status.settings,
    () => modelSettingsOf(settings),
  );
  const last = await lastSequence(topology.feedback, options.until);
  const changed = changedModel(present, settings, options.set, alsOf(options, last));
  const models = [
    new OnlineModel(present, { name: settings.model.name }),
    ...(changed ? [new OnlineModel(changed, { name: settings.model.name })] : []),
  ];
  const hits = new FactorHits(models);
  const refused = await rebuildModels(topology.feedback, models, {
    last,
    until: options.until,
    progress: bar('feedback', last, 'samples'),
    signal,
    ...(changed?.als && {
      before: (sequence, payload) => void (sequence > changed.als!.at && hits.look(payload)),
    }),
  });
  const [before, after] = models as [OnlineModel, OnlineModel | undefined];
  const shadow = after ?? before;
  if (options.json)
    printJson({
      sequence: shadow.sequence,
      samples: shadow.samples,
      refused,
      hash: shadow.hash(),
      present: before.report(),
      changed: after?.report(),
      ...(hits.asked > 0 && {
        factorHits: { asked: hits.asked, present: hits.hits[0], changed: hits.hits[1] },
      }),
    });
  else {
    printLine(
      `rebuilt from FEEDBACK to ${shadow.sequence.toLocaleString('en')}: ${shadow.samples.toLocaleString('en')} samples${refused > 0 ? `, ${refused} messages refused` : ''}, SHA-256 ${shadow.hash().sha256.slice(0, 16)}…`,
    );
    printLine(
      after
        ? compareLosses('present', before.report(), changesOf(options), after.report())
        : lossTable(before.report()),
    );
    if (hits.asked > 0) printLine(factorLine(hits));
  }
  if (!options.promote) return;
  const store = await openStore(settings.databaseUrl, { namespace: settings.namespace });
  try {
    const { version, sequence } = await promote(shadow, store.snapshots, learner, hosts);
    await audit(topology, 'model.promote', version, changesOf(options));
    if (!options.json)
      printLine(
        `promoted: ${version} is live since feedback ${sequence.toLocaleString('en')}, and every host serves it`,
      );
  } finally {
    await store.close();
  }
}

/** From LOG. The model learns in the order of the log: one host that keeps up gives FEEDBACK this order too. */
async function rebuildEverything(
  { topology, settings: present, keys }: Session,
  options: ReplayOptions,
  signal: AbortSignal,
): Promise<void> {
  const settings = withOverrides(present, options.set);
  const last = await lastSequence(topology.log, options.until);
  const [was, wanted] = [foldSettingsOf(present), foldSettingsOf(settings)];
  const inForce = await settingsInLog(topology, wanted, signal, askedSettings(was, wanted));
  const { rebuilt, model } = await carefulIfNeeded(async (careful) => {
    const model = new OnlineModel(modelSettingsOf(settings));
    const rebuilt = await rebuildLog(topology.log, {
      partitions: topology.partitions,
      settings: inForce,
      lastOf: () => Infinity,
      last,
      until: options.until,
      keys,
      progress: bar('log', last, 'events'),
      signal,
      careful,
      emit: (_, record) => {
        if (record.kind === 'outcome') model.outcome(record);
        else if (record.kind === 'exposure') model.exposure(record);
        else if (record.kind === 'sequel') model.sequel(record);
        else model.engagement(record);
      },
    });
    return { rebuilt, model };
  });
  const users = rebuilt.fold.partitions.map((partition, index) => ({
    partition: index,
    ...partition.hash(),
  }));
  const result = {
    sequence: rebuilt.sequence,
    events: rebuilt.events,
    items: rebuilt.fold.catalogue.size,
    samples: model.samples,
  };
  if (options.json)
    return printJson({ ...result, partitions: users, hash: model.hash(), losses: model.report() });
  printLine(
    `rebuilt from LOG to ${result.sequence.toLocaleString('en')}: ${result.events.toLocaleString('en')} events, ${result.items.toLocaleString('en')} items, ${result.samples.toLocaleString('en')} samples\n`,
  );
  printLine(
    renderTable(
      ['partition', 'users', 'SHA-256'],
      users.map((p) => [p.partition, p.users, `${p.sha256.slice(0, 16)}…`]),
    ),
  );
  printLine(`\n${lossTable(model.report())}`);
}

/** What `--als` asks for; 1 when it is given without a share. */
function alsOf({ als }: ReplayOptions, last: number): AlsSettings | undefined {
  return als === undefined ? undefined : { ...ALS_DEFAULTS, at: Math.max(1, Math.round(last * als)) };
}

function parseShare(text: string | true): number {
  const share = text === true ? 1 : Number(text);
  if (!(share > 0 && share <= 1)) throw new InvalidArgumentError('a share is above 0 and at most 1');
  return share;
}

function changesOf({ set, als }: ReplayOptions): string {
  return [...set, ...(als === undefined ? [] : ['als'])].join(' ');
}

function factorLine({ asked, hits }: FactorHits): string {
  const [present, changed] = hits.map((count) => (count / asked).toFixed(4));
  return `\nnext item among the ${FACTOR_HITS_TOP} nearest by factors, ${asked.toLocaleString('en')} engagements after the fit: present ${present}, fitted ${changed}`;
}

function bar(label: string, total: number, unit: string): Progress {
  return new Progress({ label, total, unit });
}

function checkTable(checks: readonly Check[]): string {
  const short = (hash: string): string => (hash ? `${hash.slice(0, 16)}…` : '');
  return renderTable(
    ['', 'what', 'sequence', 'live', 'rebuilt', ''],
    checks.map((c) => [
      c.ok ? 'equal' : 'DIFFERS',
      c.what,
      c.sequence,
      short(c.live),
      short(c.rebuilt),
      c.detail,
    ]),
  );
}
