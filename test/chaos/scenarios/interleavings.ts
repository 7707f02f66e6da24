/**
 * 14. Random interleavings: hosts, the learner and a client of one deployment in one process, on servers in memory and in
 * simulated time; which message arrives next, which is lost, who crashes, freezes or believes in a lease that is over, who is erased, which
 * settings a host comes back with, which checkpoint is forgotten, is the schedule's choice (test/chaos/interleavings/). At rest everything must be a plain fold of
 * the log. A round is one schedule.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Scenario, Trial } from '../harness/scenario.js';

interface Report {
  readonly schedules: number;
  readonly tally: Readonly<Record<string, number>>;
  readonly broken?: string;
  /** The smallest that broke something. */
  readonly schedule?: string;
}

/** Less than one of these in so many schedules means that the schedules have lost their teeth. */
const SCHEDULES_EACH = 50;
const SCHEDULES_EACH_RARE = 250;
const FAULTS = [
  'calls lost',
  'crash',
  'freeze',
  'stop the clock of',
  'drain',
  'events sent again',
  'late clicks',
  'checkpoints forgotten',
  'checkpoints damaged',
  'merges across partitions',
  'duplicates in the log',
  'users erased',
  'lists served',
  'served lists shown',
  'changes of settings',
];
/** Only now and then does a deposed host get as far: 9 to 27 times in 500 schedules. */
const RARE = ['writes refused by epoch or sequence'];
const WORK = ['acknowledged events', 'samples and other records', 'weights compared'];
/** Of the learner, which takes part in few schedules. */
const SELDOM = ['learner crashed', 'snapshots forgotten', 'snapshots replayed from'];

export const interleavings: Scenario = {
  name: 'interleavings',
  promise: 14,
  about: 'whatever the order of messages, crashes and takeovers: all is a plain fold of the log',
  rounds: { short: 500, long: 20_000 },
  mutants: {
    'no-fencing': 'neither store nor log compare epochs',
    'emits-again': 'a host that takes over emits what its predecessor emitted',
    'early-checkpoints': 'a checkpoint does not wait for its feedback',
    'no-dedupe': 'an event counts whenever it comes',
    'forgets-changes': 'a checkpoint leaves out every second user that was changed',
    overstays: 'a host acts on leases beyond their time',
    relearns: 'a learner starts one message before its snapshot',
    'forgets-held': 'snapshots leave out the lists that wait for a click',
    'keeps-erased': 'the rows of erased users stay in the checkpoint',
    'forgets-served': 'a user who comes back from storage has forgotten the lists that were served',
    'own-settings': 'a host folds by what it is configured with, not by what stands in the log',
  },
  run,
};

async function run(trial: Trial): Promise<void> {
  const { findings, rounds } = trial;
  const { schedules, tally, broken, schedule } = await simulated(trial);
  const all = new Map(Object.entries(tally));
  const expected = (name: string, each: number): void =>
    findings.enough(broken !== undefined || (all.get(name) ?? 0) * each >= rounds, `too few: ${name}`);
  for (const name of [...FAULTS, ...RARE]) findings.fault(name, all.get(name) ?? 0);
  for (const name of [...SELDOM, ...WORK]) findings.did(name, all.get(name) ?? 0);
  for (const name of [...FAULTS, ...WORK]) expected(name, SCHEDULES_EACH);
  for (const name of RARE) expected(name, SCHEDULES_EACH_RARE);
  for (const name of SELDOM) expected(name, rounds);
  findings.figure('schedules', schedules);
  findings.must(broken === undefined, `${broken}, with the schedule ${schedule}`);
}

/** In a process of its own: it stops the time, and a mutant changes the code. */
async function simulated(trial: Trial): Promise<Report> {
  const script = join(process.cwd(), 'dist', 'test', 'chaos', 'interleavings', 'main.js');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--no-warnings', script, String(trial.seed), String(trial.rounds)],
    { env: { ...process.env, ...trial.preload() }, maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(stdout) as Report;
}
