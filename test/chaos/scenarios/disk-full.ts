/**
 * 11. The disk of the log is full, under load: what cannot be stored is refused with 503, a time to wait and a code; nothing that was
 * acknowledged is lost; when there is room again all goes on without anybody's help.
 *
 * NATS 2.10 and newer refuse by themselves, and the code says that the disk is full. 2.9 stops to answer, for ever: the code is that
 * of a silent log, and the watch that `rekappa up` keeps over its NATS starts it again. Rounds alternate between the two where both are
 * to be had.
 */
import { newerNats, until } from '#testkit';
import { watchLiveness, type EmbeddedServer } from '#embedded';
import { withSystem } from '../harness/chaos-system.js';
import type { Load } from '../harness/load.js';
import type { Scenario, Trial } from '../harness/scenario.js';
import { SmallDisk } from '../harness/small-disk.js';

const MEGABYTES = 48;
const EVENTS_BETWEEN = 300;
const REFUSALS_LEAST = 3;
/** How long the disk stays full after the first refusals, ms. */
const FULL_MS = 2_000;
/** Beyond some temporary files of a server that starts anew, there was room, bytes. */
const GIVEN_BACK_MAX = 1 << 20;
/** From room on the disk to the next acknowledged event: a silent server is noticed, killed and started, ms. */
const AGAIN_MS = 45_000;

export const diskFull: Scenario = {
  name: 'disk-full',
  promise: 11,
  about:
    'with the disk of the log full events are refused, none acknowledged is lost, and all goes on when there is room',
  rounds: { short: 1, long: 10 },
  mutants: {
    'refusals-count': 'a refusal of the log is taken for an acknowledgement',
  },
  needs: mayMount,
  run: async (trial) => {
    const newer = await newerNats();
    const binaries = newer === undefined ? [undefined] : trial.turned([newer, undefined]);
    for (const [at, binary] of binaries.entries()) {
      const rounds = Math.floor((trial.rounds + binaries.length - 1 - at) / binaries.length);
      if (rounds > 0) await onOneServer(trial, rounds, binary);
    }
  },
};

async function mayMount(): Promise<string | undefined> {
  const disk = await SmallDisk.mount(1);
  await disk?.unmount();
  return disk ? undefined : 'a tmpfs may not be mounted here';
}

/** @param newer its binary; undefined: the machine's own, watched */
async function onOneServer(trial: Trial, rounds: number, newer: string | undefined): Promise<void> {
  const disk = await SmallDisk.mount(MEGABYTES);
  if (!disk) throw new Error('a tmpfs may not be mounted here');
  // The limit is above the disk: else NATS, whose streams reserve what they may take, would not make them.
  const nats = { storeFolder: disk.folderOf('jetstream'), binary: newer, jetstream: 'max_file_store: 2GB' };
  try {
    await withSystem(trial, { nats }, async (system) => {
      const stopWatching = watched(system.servers.nats!, trial);
      const load = system.load(trial);
      await load.start();
      for (let round = 0; round < rounds; round++) await oneRound(trial, load, disk, newer !== undefined);
      await load.stop();
      await system.prove(load);
      stopWatching();
    });
  } finally {
    await disk.unmount();
  }
}

async function oneRound({ findings }: Trial, load: Load, disk: SmallDisk, saysFull: boolean): Promise<void> {
  await load.sent(EVENTS_BETWEEN);
  const from = load.refusals.length;
  disk.fill();
  findings.fault('disk full');
  await findings.mustCome(
    until('events are refused', () => load.refusals.length >= from + REFUSALS_LEAST, AGAIN_MS),
  );
  const givenBack = await disk.keepFull(FULL_MS);
  findings.enough(
    givenBack <= GIVEN_BACK_MAX,
    `${givenBack} bytes were given back while the disk was to be full`,
  );
  disk.free();
  const roomAt = performance.now();
  const acknowledged = load.acknowledged;
  await findings.mustCome(
    until('events are acknowledged again', () => load.acknowledged > acknowledged, AGAIN_MS),
  );
  const server = saysFull ? 'NATS that says so' : "the machine's NATS";
  findings.figure(`${server}: acknowledged again after s`, (performance.now() - roomAt) / 1000);
  const refusals = load.refusals.slice(from);
  findings.did('refusals', refusals.length);
  for (const { code } of refusals) findings.did(`refused with ${code}`, 1);
  const bare = refusals.filter(({ status, retryAfter }) => status !== 503 || !(retryAfter! > 0));
  findings.must(bare.length === 0, `${bare.length} refusals were not a 503 with Retry-After`);
  if (saysFull)
    findings.must(
      refusals.some(({ code }) => code === 'REK_LOG_FULL'),
      'no refusal said that the log is full',
    );
}

/** As `rekappa up` does; a server that dies is started again until there is room for it. */
function watched(server: EmbeddedServer, { findings }: Trial): () => void {
  let watching = true;
  const unwatch = watchLiveness(server, { onSilence: () => findings.fault('silent NATS killed') });
  void (async () => {
    while (watching) {
      await server.exited;
      if (watching) await server.restart().catch(() => undefined); // it has ended: the next turn tries again
    }
  })();
  return () => {
    watching = false;
    unwatch();
  };
}
