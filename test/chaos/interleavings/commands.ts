/** What can happen to a deployment, as commands of a fast-check model-based test. */
import fc from 'fast-check';
import { command, which, type Model } from './command.js';
import { erasure, lateClick, merge, published, resend, served, servedShown } from './user-commands.js';
import { FOLD_SETTINGS, PARTITIONS, type World } from './world.js';

const partition = fc.nat(PARTITIONS - 1);

const onHost = (name: string, run: (world: World, host: NonNullable<ReturnType<World['host']>>) => void) =>
  which.map((nth) =>
    command(`${name} host ${nth}`, (world) => {
      const host = world.host(nth);
      if (!host) return;
      run(world, host);
      world.count(name);
    }),
  );

const faults = [
  onHost('crash', (world, host) => world.crash(host)),
  onHost('freeze', (_, host) => host.freeze()),
  onHost('stop the clock of', (_, host) => host.believe()),
  onHost('drain', (_, host) => void host.drain()),
  fc.constant(
    command('thaw', (world) => {
      for (const host of world.hosts) host.thaw();
    }),
  ),
  fc.tuple(partition, fc.integer({ min: 1, max: 3 })).map(([p, writes]) =>
    command(`forget ${writes} checkpoints of ${p}`, (world) => {
      if (world.checkpoints.forget(p, writes)) world.count('checkpoints forgotten');
    }),
  ),
  partition.map((p) =>
    command(`damage the checkpoint of ${p}`, (world) => {
      if (world.checkpoints.damage(p)) world.count('checkpoints damaged');
    }),
  ),
  fc.constant(
    command('crash the learner', (world) => {
      if (!world.learner) return;
      world.learner.crash();
      world.startLearner();
      world.count('learner crashed');
    }),
  ),
  fc.constant(
    command('forget the last snapshot', (world) => {
      if (world.snapshots.stored.pop()) world.count('snapshots forgotten');
    }),
  ),
];

const startHost = fc.constant(
  command('start a host', (world) => {
    if (world.hosts.length < 3) world.startHost();
  }),
);

/** A host is replaced by one that is configured otherwise: from its entry on, all hosts fold by that. */
const reconfigured = fc.tuple(which, fc.nat(FOLD_SETTINGS.length - 1)).map(([nth, settings]) =>
  command(`restart host ${nth} with settings ${settings}`, (world) => {
    const host = world.host(nth);
    if (host) world.crash(host);
    world.startHost(FOLD_SETTINGS[settings]);
    world.count('hosts restarted with settings of their own');
  }),
);

const saves = [
  which.map((nth) =>
    command(`checkpoint host ${nth}`, (world) => {
      for (const own of world.host(nth)?.partitions ?? []) void own.checkpoint();
    }),
  ),
  fc.constant(command('snapshot', (world) => world.learner?.snapshot())),
];

const steps = fc.integer({ min: 1, max: 40 }).map((n) =>
  command(`${n} steps`, async (world) => {
    for (let i = 0; i < n; i++) await world.step();
  }),
);
const pass = fc
  .integer({ min: 1, max: 15 })
  .map((n) => command(`${n} × 100 ms`, (world) => world.pass(n * 100)));

/** Each arbitrary as often as it should come. */
export const commands = fc.commands<Model, World, false>(
  [
    ...Array.from({ length: 7 }, () => published),
    ...Array.from({ length: 9 }, () => steps),
    ...[lateClick, lateClick, lateClick, merge, resend, resend, pass, pass, startHost, startHost],
    ...[...saves, ...saves],
    ...[erasure, served, served, servedShown, servedShown, servedShown, reconfigured],
    ...faults,
  ],
  { maxCommands: 60, size: 'max' },
);
